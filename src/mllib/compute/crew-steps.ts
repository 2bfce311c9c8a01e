/**
 * Steps of a computation as rounds of the threads of one executor (rounds), instead of a job each: the first task of one job runs the
 * computation, the others answer with it. Each thread keeps the records of the partitions that it has looked at.
 */
import { InternalError } from "../../common/errors";
import { TaskKilled } from "../../storage/task-env";
import { dropRecords, keepsRecords } from "./kept-records";
import { decodePlain, encodePlain } from "./plain";
import { aggregateProgram, type AggregateProgram, programNamed, type ProgramTask, ReadsLater } from "./programs";
import { assistRounds, ENDED_AT, GONE_AT, newBoard, RoundsLeader, TooLong } from "./rounds";
import { type Ask, stepsNamed } from "./steps";

/** As what threads keep the records from pass to pass (kept-records), and whether nobody looks at them after this computation. */
export interface KeptAs {
  readonly id: string;
  readonly last: boolean;
}

/** `kept`: null where programs keep no records. */
export type CrewTask =
  | {
      readonly kind: "lead";
      readonly crew: string;
      readonly members: number;
      readonly partitions: number;
      readonly program: string;
      readonly spec: unknown;
      readonly kept: KeptAs | null;
    }
  | { readonly kind: "assist"; readonly crew: string; readonly partitions: number; readonly kept: KeptAs | null };

/** Null: it takes jobs. */
export type CrewResult = { readonly value: unknown } | null;

/** How long a task waits for the one that it can assist. */
const PATIENCE_MS = 1000;

export const crewSteps = aggregateProgram<CrewTask, never, CrewResult>({
  name: "mllib.steps",
  run(_, what, task) {
    try {
      if (what.kind === "lead") return lead(what, task);
      assist(what, task);
      return null;
    } finally {
      if (what.kept?.last === true) dropRecords(task, what.kept.id, what.partitions);
    }
  },
});

function assist(what: Extract<CrewTask, { kind: "assist" }>, task: ProgramTask): void {
  const memory = task.memories?.join(what.crew, PATIENCE_MS) ?? null;
  if (memory === null) return;
  const rows = new RowsOfAll(task, what.kept);
  let asked = 0;
  let ask: Ask;
  assistRounds(
    memory,
    (bytes, round, partition) => {
      if (round !== asked) {
        asked = round;
        const { name, spec } = decodePlain<SentAsk>(bytes);
        ask = { program: aggregateNamed(name), spec };
      }
      return encodePlain(rows.answer(ask, partition));
    },
    (partition) => rows.atHand(partition),
    () => task.checkInterrupted(),
    (error) => error instanceof TaskKilled,
  );
}

interface SentAsk {
  readonly name: string;
  readonly spec: unknown;
}

type LeadTask = Extract<CrewTask, { kind: "lead" }>;

function lead({ crew, members, partitions, program, spec, kept }: LeadTask, task: ProgramTask): CrewResult {
  const rows = new RowsOfAll(task, kept);
  const board = newBoard(partitions, members);
  const atHand = (partition: number): boolean => rows.atHand(partition);
  const leader = new RoundsLeader(board, atHand, () => task.checkInterrupted());
  if (members > 1) task.memories?.offer(crew, board, ENDED_AT, GONE_AT);
  try {
    const steps = stepsNamed(program).run(spec);
    let next = steps.next();
    while (next.done !== true) {
      const ask = next.value;
      const bytes = encodePlain({ name: ask.program.name, spec: ask.spec } satisfies SentAsk);
      const answers = leader.run<unknown>(bytes, (partition) => rows.answer(ask, partition), decodePlain);
      next = steps.next(answers.reduce((merged, answer) => ask.program.merge!(merged, answer)));
    }
    return { value: next.value };
  } catch (error) {
    if (error instanceof TooLong || error instanceof ReadsLater) return null;
    throw error;
  } finally {
    leader.end();
  }
}

function aggregateNamed(name: string): AggregateProgram<unknown, unknown, unknown> {
  const found = programNamed(name);
  if (found.gives !== "result") throw new InternalError(`${name} gives records, not a result.`);
  return found.program;
}

/** The records of all partitions. They are read where a program looks at them and does not keep them from before. */
class RowsOfAll {
  readonly #read = new Map<number, readonly unknown[]>();

  constructor(
    private readonly task: ProgramTask,
    private readonly kept: KeptAs | null,
  ) {}

  /** Whether an answer needs no reading. */
  atHand(partition: number): boolean {
    return this.#read.has(partition) || (this.kept !== null && keepsRecords(this.task, this.kept.id, partition));
  }

  answer({ program, spec }: Ask, partition: number): unknown {
    const records = { [Symbol.iterator]: () => this.#recordsOf(partition)[Symbol.iterator]() };
    return program.run(records, spec, { ...this.task, partition });
  }

  #recordsOf(partition: number): readonly unknown[] {
    let records = this.#read.get(partition);
    if (records === undefined) this.#read.set(partition, (records = [...this.task.recordsOf(partition)]));
    return records;
  }
}
