/** Tables: sorted by any column (mouse or keyboard), and of any length: rows out of sight are not in the page. */
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { sorted } from "../lib/sort";
import type { SortValue } from "../lib/sort";
import { windowOf } from "../lib/virtual";

export interface Column<T> {
  readonly key: string;
  readonly label: string;
  /** What the column means, as a tooltip. */
  readonly hint?: string;
  readonly number?: boolean;
  readonly render: (row: T) => ComponentChildren;
  /** By what it is sorted; columns without cannot be. */
  readonly sort?: (row: T) => SortValue;
  /** Takes the width that is left. */
  readonly grow?: boolean;
  /** px. Where columns have widths, tables of the same columns stand exactly below each other. */
  readonly width?: number;
}

export interface Order {
  readonly key: string;
  readonly descending: boolean;
}

interface TableProps<T> {
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly rowKey: (row: T) => string | number;
  readonly empty?: ComponentChildren;
  readonly rowClass?: (row: T) => string;
}

const ROW = 36;
/** Up to so many rows a table is an ordinary one, as high as it is. */
const ALL = 40;
const VIEW = 560;
/** px of a column that takes what is left, where the others have widths. */
const LEAST_GROWING = 200;

/** Rows that are all here. */
export function Table<T>(props: TableProps<T> & { rows: readonly T[]; order?: Order }) {
  const [order, setOrder] = useState<Order | undefined>(props.order);
  const column = props.columns.find(({ key }) => key === order?.key);
  const rows = useMemo(
    () => (column?.sort === undefined || order === undefined ? props.rows : sorted(props.rows, column.sort, order.descending)),
    [props.rows, order, column?.key],
  );
  return <Rows {...props} total={rows.length} at={(index) => rows[index]} order={order} onOrder={setOrder} />;
}

/** Rows of which pieces are fetched as they come into sight: `at` gives those that are here, `onShow` tells which are seen. */
export function LongTable<T>(
  props: TableProps<T> & {
    total: number;
    at: (index: number) => T | undefined;
    order: Order | undefined;
    onOrder: (order: Order) => void;
    onShow: (first: number, last: number) => void;
  },
) {
  return <Rows {...props} />;
}

function Rows<T>(
  props: TableProps<T> & {
    total: number;
    at: (index: number) => T | undefined;
    order: Order | undefined;
    onOrder: (order: Order) => void;
    onShow?: (first: number, last: number) => void;
  },
) {
  const scroller = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const virtual = props.total > ALL;
  const shown = virtual ? windowOf(props.total, ROW, top, VIEW) : { first: 0, last: props.total, before: 0, after: 0 };
  const { onShow } = props;
  useEffect(() => onShow?.(shown.first, shown.last), [shown.first, shown.last, onShow]);
  const orderKey = `${props.order?.key} ${props.order?.descending}`;
  useLayoutEffect(() => {
    if (scroller.current !== null) scroller.current.scrollTop = 0;
  }, [orderKey]);

  // Widths are kept from the first rows on: others than these must not move the columns.
  const [settled, setSettled] = useState<{ of: string; widths: readonly number[] } | null>(null);
  const shape = props.columns.map(({ key }) => key).join();
  const ready = virtual && props.at(shown.first) !== undefined;
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!ready || element === null || settled?.of === shape) return;
    const widths = [...element.querySelectorAll("thead th")].map((cell) => cell.getBoundingClientRect().width);
    setSettled({ of: shape, widths });
  }, [ready, shape, settled]);
  useEffect(() => {
    const again = () => setSettled(null);
    window.addEventListener("resize", again);
    return () => window.removeEventListener("resize", again);
  }, []);
  const widths = virtual && settled?.of === shape ? settled.widths : undefined;
  const given = widths === undefined && props.columns.some(({ width }) => width !== undefined);
  const least = props.columns.reduce((sum, { width }) => sum + (width ?? LEAST_GROWING), 0);

  if (props.total === 0) return <>{props.empty ?? <p class="quiet pad">Nothing here yet.</p>}</>;
  const body: ComponentChildren[] = [];
  for (let index = shown.first; index < shown.last; index++) {
    const row = props.at(index);
    body.push(
      <tr
        key={row === undefined ? `row ${index}` : props.rowKey(row)}
        aria-rowindex={index + 2}
        class={row && props.rowClass?.(row)}
      >
        {props.columns.map((column) => (
          <td key={column.key} class={cellClass(column)}>
            {row === undefined ? <span class="ghost" /> : column.render(row)}
          </td>
        ))}
      </tr>,
    );
  }
  return (
    <div
      class={virtual ? "table-scroll virtual" : "table-scroll"}
      ref={scroller}
      style={virtual ? { height: `${VIEW}px` } : undefined}
      tabIndex={0}
      role="region"
      aria-label={props.label}
      onScroll={virtual ? (event) => setTop(event.currentTarget.scrollTop) : undefined}
    >
      <table
        aria-rowcount={props.total + 1}
        class={widths || given ? "settled" : undefined}
        style={
          widths
            ? { width: `${widths.reduce((sum, width) => sum + width, 0)}px` }
            : given
              ? { minWidth: `${least}px` }
              : undefined
        }
      >
        {given && (
          <colgroup>
            {props.columns.map(({ key, width }) => (
              <col key={key} style={width === undefined ? undefined : { width: `${width}px` }} />
            ))}
          </colgroup>
        )}
        {widths && (
          <colgroup>
            {widths.map((width, at) => (
              <col key={at} style={{ width: `${width}px` }} />
            ))}
          </colgroup>
        )}
        <thead>
          <tr aria-rowindex={1}>
            {props.columns.map((column) => (
              <Header key={column.key} column={column} order={props.order} onOrder={props.onOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.before > 0 && <Spacer height={shown.before} columns={props.columns.length} />}
          {body}
          {shown.after > 0 && <Spacer height={shown.after} columns={props.columns.length} />}
        </tbody>
      </table>
    </div>
  );
}

function Spacer({ height, columns }: { height: number; columns: number }) {
  return (
    <tr aria-hidden="true" class="spacer">
      <td colSpan={columns} style={{ height: `${height}px` }} />
    </tr>
  );
}

function cellClass<T>(column: Column<T>): string {
  return `${column.number === true ? "number" : ""} ${column.grow === true ? "grow" : ""}`.trim();
}

function Header<T>({ column, order, onOrder }: { column: Column<T>; order: Order | undefined; onOrder: (order: Order) => void }) {
  const mine = order?.key === column.key;
  const sort = mine ? (order.descending ? "descending" : "ascending") : "none";
  if (column.sort === undefined) {
    return (
      <th scope="col" class={cellClass(column)} title={column.hint}>
        {column.label}
      </th>
    );
  }
  return (
    <th scope="col" class={cellClass(column)} aria-sort={sort}>
      <button
        type="button"
        class="sort"
        title={column.hint}
        // Figures are most often wanted from the largest down.
        onClick={() => onOrder({ key: column.key, descending: mine ? !order.descending : column.number === true })}
      >
        {column.label}
        <span class="sort-mark" aria-hidden="true">
          {mine ? (order.descending ? "↓" : "↑") : ""}
        </span>
      </button>
    </th>
  );
}
