/**
 * pipe: the records of a partition as lines through a command. A helper thread runs the command, so that this one can
 * block: lines go in through one shared ring and come out through another, each with backpressure. A command that fails
 * fails the task with what it wrote to its standard error.
 */
import type { Chunk, ChunkSource } from "../../columnar";
import { TaskError } from "../../common/errors";
import { DeferredSource } from "../pipeline/iterable-source";
import { isThenable, then, type AnySource } from "../pipeline/source";
import type { PipeSpec } from "../stage-spec";
import { type Chain, chainSource, type ExecNode, sourceChain, toSync } from "./chain";
import { openPipe, type PipeProcess } from "./pipe-process";
import { RecordIterator } from "./record-iterator";
import type { TaskRun } from "./task-run";

export class PipeExec implements ExecNode {
  constructor(
    private readonly parent: ExecNode,
    private readonly spec: PipeSpec,
  ) {}

  chain(partition: number): Chain {
    const parent = this.parent.chain(partition);
    return sourceChain((task) => {
      const opened = then(toSync(chainSource(parent, task), task), (input): AnySource => this.#run(input, task));
      return isThenable(opened) ? new DeferredSource(opened) : opened;
    });
  }

  #run(input: ChunkSource, task: TaskRun): AnySource {
    const process = openPipe(this.spec);
    task.onClose(() => process.kill());
    return new PipeSource(new RecordIterator(input, task.env), process, this.spec, task);
  }
}

/** Characters written at a time. */
const WRITE_CHARACTERS = 1 << 15;

class PipeSource implements AnySource {
  #inputEnded = false;
  #ended = false;
  #rest = "";
  readonly #decoder: InstanceType<typeof TextDecoder>;

  constructor(
    private readonly input: RecordIterator,
    private readonly process: PipeProcess,
    private readonly spec: PipeSpec,
    private readonly task: TaskRun,
  ) {
    this.#decoder = new TextDecoder(spec.encoding);
  }

  next(): Chunk | null {
    while (!this.#ended) {
      this.task.env.checkInterrupted();
      this.#write();
      const bytes = this.process.read(this.#inputEnded ? 100 : 0);
      if (bytes === null) {
        this.#ended = true;
        this.#checkExit();
        const last = this.#rest + this.#decoder.decode();
        this.#rest = "";
        return last === "" ? null : { kind: "lines", text: last.replaceAll("\r\n", "\n") };
      }
      if (bytes.length === 0) continue;
      const text = this.#rest + this.#decoder.decode(bytes, { stream: true });
      const end = text.lastIndexOf("\n") + 1;
      this.#rest = text.slice(end);
      if (end > 0) return { kind: "lines", text: text.slice(0, end).replaceAll("\r\n", "\n") };
    }
    return null;
  }

  /** Hands over as much as there is room for. */
  #write(): void {
    while (!this.#inputEnded && this.process.writable()) {
      let text = "";
      while (text.length < WRITE_CHARACTERS) {
        const step = this.input.next();
        if (step.done === true) {
          this.#inputEnded = true;
          break;
        }
        text += `${String(step.value)}\n`;
      }
      if (text !== "") this.process.write(Buffer.from(text, "utf8"));
      if (this.#inputEnded) this.process.end();
    }
  }

  #checkExit(): void {
    const { code, signal, stderr, error } = this.process.result();
    const command = this.spec.command.join(" ");
    if (error !== null) throw new TaskError("PIPE_FAILED", `The command of pipe cannot be run: ${command}: ${error}.`);
    if (this.spec.checkCode && code !== 0) {
      const how = code === null ? `was ended by ${signal ?? "a signal"}` : `ended with exit status ${code}`;
      throw new TaskError(
        "PIPE_FAILED",
        `The command of pipe ${how}: ${command}${stderr === "" ? "" : `\n${stderr.trimEnd()}`}`,
        {
          parameters: { command, ...(code === null ? {} : { status: String(code) }) },
        },
      );
    }
  }

  close(): void {
    this.input.return();
    this.process.kill();
  }
}
