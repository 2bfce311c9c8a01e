/** A mark beside a figure's title that leads to the page of that figure alone (`pages/individual.tsx`). */
import { isReport } from "../api";
import { useScope } from "../context";

export function Alone(props: { figure: string; title: string; query?: Readonly<Record<string, string>> }) {
  const { figure, title, query } = props;
  const { href } = useScope();
  if (isReport) return null;
  return (
    <a
      class="alone-link"
      href={href(["individual", figure], query)}
      title={`${title}: in a window of its own`}
      aria-label={`${title} alone`}
    >
      <span aria-hidden="true">⤢</span>
    </a>
  );
}
