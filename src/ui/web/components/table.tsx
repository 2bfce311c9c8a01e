/** Tables: sorted by any column (mouse or keyboard), and of any length: rows out of sight are not in the page. */
import type { ComponentChildren } from "preact";
import { useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { ColumnFit, SharedFit } from "./column-fit";
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
  /** Takes the width that is left; it is for text that may be cut. */
  readonly grow?: boolean;
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
  /** What stands below a row, over all columns. */
  readonly note?: (row: T) => string | undefined;
  /** Many columns of figures: they stand nearer to each other, and where there is no room for all, names of two words on two lines. */
  readonly dense?: boolean;
}

const ROW = 36;
/** Up to so many rows a table is an ordinary one, as high as it is. */
const ALL = 40;
/** px of the first rows and their header: none of them is cut. */
const VIEW = 34 + 15 * ROW;
/** px that a note makes a row higher. */
const NOTE = 28;

/** Rows that are all here. */
export function Table<T>(props: TableProps<T> & { rows: readonly T[]; order?: Order }) {
  const [order, setOrder] = useState<Order | undefined>(props.order);
  const column = props.columns.find(({ key }) => key === order?.key);
  const rows = useMemo(
    () => (column?.sort === undefined || order === undefined ? props.rows : sorted(props.rows, column.sort, order.descending)),
    [props.rows, order, column?.key],
  );
  const { note } = props;
  return (
    <Rows
      {...props}
      total={rows.length}
      at={(index) => rows[index]}
      order={order}
      onOrder={setOrder}
      noted={note !== undefined && rows.some((row) => note(row) !== undefined)}
    />
  );
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
    /** Some row has a note. */
    noted?: boolean;
  },
) {
  const scroller = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const virtual = props.total > ALL;
  const noted = props.noted === true;
  const rowHeight = noted ? ROW + NOTE : ROW;
  const shown = virtual ? windowOf(props.total, rowHeight, top, VIEW) : { first: 0, last: props.total, before: 0, after: 0 };
  const { onShow } = props;
  useEffect(() => onShow?.(shown.first, shown.last), [shown.first, shown.last, onShow]);
  const orderKey = `${props.order?.key} ${props.order?.descending}`;
  useLayoutEffect(() => {
    if (scroller.current !== null) scroller.current.scrollTop = 0;
  }, [orderKey]);
  useColumnFit(scroller, props.total > 0, virtual, !virtual || props.at(shown.first) !== undefined);

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
    const note = row && props.note?.(row);
    if (note !== undefined || (noted && virtual))
      body.push(
        <tr key={`note ${row === undefined ? index : props.rowKey(row)}`} class="row-note" style={{ height: `${NOTE}px` }}>
          <td colSpan={props.columns.length}>
            <p class={`bad-text ${virtual ? "clip" : "three-lines"}`} title={note}>
              {note}
            </p>
          </td>
        </tr>,
      );
  }
  return (
    <div
      class={`table-scroll ${virtual ? "virtual" : ""} ${props.dense === true ? "dense" : ""}`.trim()}
      ref={scroller}
      style={virtual ? { height: `${VIEW}px` } : undefined}
      tabIndex={0}
      role="region"
      aria-label={props.label}
      onScroll={virtual ? (event) => setTop(event.currentTarget.scrollTop) : undefined}
    >
      <table aria-rowcount={props.total + 1}>
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

/**
 * After each drawing the columns get their widths: those of tables that share them, or their own.
 * @param present there is a table. @param ready it has rows to be measured.
 */
function useColumnFit(
  scroller: { readonly current: HTMLElement | null },
  present: boolean,
  virtual: boolean,
  ready: boolean,
): void {
  const shared = useContext(SharedFit);
  const own = useMemo(() => new ColumnFit(), []);
  const fit = shared ?? own;
  useLayoutEffect(() => {
    if (ready && scroller.current !== null) fit.set(scroller.current, virtual);
  });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!present || element === null) return;
    let width = element.clientWidth;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth === width) return;
      width = element.clientWidth;
      fit.reset();
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      fit.delete(element);
    };
  }, [fit, present]);
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
      <th scope="col" class={cellClass(column)} title={column.hint} data-column={column.key}>
        {column.label}
      </th>
    );
  }
  return (
    <th scope="col" class={cellClass(column)} aria-sort={sort} data-column={column.key}>
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
