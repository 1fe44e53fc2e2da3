/** protoc at work in a folder of .proto files. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findProtoc } from "../support/find-protoc.js";

/** Debian has it in another package than protoc. */
const TIMESTAMP =
  'syntax = "proto3"; package google.protobuf; message Timestamp { int64 seconds = 1; int32 nanos = 2; }';

export class Protoc {
  readonly #program: string;
  readonly #folder: string;

  constructor(program: string, folder: string) {
    this.#program = program;
    this.#folder = folder;
    mkdirSync(join(folder, "google", "protobuf"), { recursive: true });
    writeFileSync(join(folder, "google", "protobuf", "timestamp.proto"), TIMESTAMP);
  }

  /** Undefined where no protoc is to be had. */
  static async in(folder: string): Promise<Protoc | undefined> {
    const program = await findProtoc();
    return program === undefined ? undefined : new Protoc(program, folder);
  }

  /** The message as text; fields that protoc does not know have numbers for names. */
  decode(file: string, type: string, bytes: Uint8Array): string {
    return this.#run([`--decode=${type}`, file], bytes).toString();
  }

  encode(file: string, type: string, text: string): Uint8Array {
    return this.#run([`--encode=${type}`, file], Buffer.from(text));
  }

  /** The file and what it imports as a google.protobuf.FileDescriptorSet. Throws when protoc refuses the file. */
  descriptors(file: string): Uint8Array {
    const output = join(this.#folder, `${file}.descriptors`);
    this.#run(["--include_imports", `--descriptor_set_out=${output}`, file], new Uint8Array());
    const bytes = readFileSync(output);
    rmSync(output);
    return bytes;
  }

  #run(args: readonly string[], input: Uint8Array): Buffer {
    return execFileSync(this.#program, args, { cwd: this.#folder, input, maxBuffer: 2 ** 28 });
  }
}

/** The fields of a decoded message that protoc does not know. */
export function unknownFields(text: string): readonly string[] {
  return text.match(/^\s*\d+(?=[:\s])/gm) ?? [];
}
