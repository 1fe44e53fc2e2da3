/**
 * A socket to Redis that reads the chunks which are expected straight into the memory they are for. A client
 * would read a chunk in pieces, join them in memory of their own, and leave the last copy to whoever asked:
 * two thirds of the work of a cold load. Everything else goes on to the client as it comes.
 */
import { connect, type Socket, type SocketConnectOpts } from "node:net";

/** A reply that is a chunk. */
export interface ExpectedChunk {
  readonly into: Uint8Array;
  /** What stands before the chunk. */
  readonly line: string;
  isFilled: boolean;
}

const END_OF_LINE = "\r\n";
/** What the client is told in the place of a chunk. */
const EMPTY_REPLY: string = `$0${END_OF_LINE}${END_OF_LINE}`;
/** For what is no chunk. */
const SCRATCH_BYTES = 4096;
/** How long chunks are read before the event loop has its turn, in milliseconds. */
const TURN_MS = 2;

export class ChunkSocket {
  /** For the client: its `data` events come from here. */
  readonly socket: Socket;
  readonly #scratch: Uint8Array = new Uint8Array(SCRATCH_BYTES);
  readonly #expected: ExpectedChunk[] = [];
  /** How many bytes of the first expected reply have come. */
  #position = 0;
  #turnSince: number | undefined;

  constructor(address: SocketConnectOpts) {
    this.socket = connect({
      ...address,
      onread: { buffer: () => this.#place(), callback: (size) => this.#take(size) },
    });
  }

  /**
   * Call it right before the command is sent whose reply is a chunk of exactly this size. From the first call
   * on only chunks may be asked for; a reply that is anything else ends the socket.
   */
  expect(into: Uint8Array): ExpectedChunk {
    const line = `$${into.length}${END_OF_LINE}`;
    const expected = { into, line, isFilled: false };
    this.#expected.push(expected);
    return expected;
  }

  /** Ends the socket. When it returns, no memory that was given to it is written to any more. */
  end(): void {
    this.#expected.length = 0;
    this.socket.destroy();
  }

  /** The rest of the chunk that is coming; undefined when what comes next is none. */
  #restOfChunk(): Uint8Array | undefined {
    const [first] = this.#expected;
    if (first === undefined || this.#position < first.line.length) return undefined;
    const rest = first.into.subarray(this.#position - first.line.length);
    return rest.length === 0 ? undefined : rest;
  }

  /** Where the next bytes are read to. */
  #place(): Uint8Array {
    return this.#restOfChunk() ?? this.#scratch;
  }

  /** So many bytes have come to the place; false when the event loop has to have its turn. */
  #take(size: number): boolean {
    if (this.#restOfChunk() !== undefined) this.#position += size;
    else this.#takeApart(this.#scratch.subarray(0, size));
    return this.#mayGoOn();
  }

  /** Bytes that begin before or behind a chunk. */
  #takeApart(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const [first] = this.#expected;
      if (first === undefined) {
        this.socket.emit("data", Buffer.from(bytes.subarray(at)));
        return;
      }
      const taken = this.#takeReply(first, bytes.subarray(at));
      if (taken === 0) return this.end();
      at += taken;
    }
  }

  /** Takes the beginning of the bytes; 0 when they are not the expected reply. */
  #takeReply(expected: ExpectedChunk, bytes: Uint8Array): number {
    const part = this.#restOfChunk()?.subarray(0, bytes.length);
    if (part !== undefined) {
      part.set(bytes.subarray(0, part.length));
      this.#position += part.length;
      return part.length;
    }
    const { into, line } = expected;
    const behind = this.#position - line.length - into.length;
    const wanted = behind < 0 ? line[this.#position] : END_OF_LINE[behind];
    if (bytes[0] !== wanted?.charCodeAt(0)) return 0;
    this.#position++;
    if (behind === END_OF_LINE.length - 1) this.#complete(expected);
    return 1;
  }

  #complete(expected: ExpectedChunk): void {
    expected.isFilled = true;
    this.#expected.shift();
    this.#position = 0;
    this.socket.emit("data", Buffer.from(EMPTY_REPLY));
  }

  #mayGoOn(): boolean {
    const now = performance.now();
    if (this.#turnSince === undefined) {
      this.#turnSince = now;
      setImmediate(() => {
        this.#turnSince = undefined;
        this.socket.resume();
      });
    }
    return now - this.#turnSince < TURN_MS;
  }
}
