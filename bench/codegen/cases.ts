/** What `npm run bench -- codegen` measures: the tool, and what its output costs the compiler. No Redis takes part. */
import { type Case, childOf, share, type Source } from "../case.js";

const codegen = childOf(import.meta.url, "./codegen.js");
const codegenEs = childOf(import.meta.url, "./codegen-es.js");
const typeCheck = childOf(import.meta.url, "./type-check.js");

const ours = (number: string): Source => ({
  label: "cached-collections codegen",
  child: codegen,
  number,
});
const es = (number: string): Source => ({
  label: "protoc with protoc-gen-es, the messages alone",
  child: codegenEs,
  number,
});

function process(name: string, title: string, number: string, rivals = [es(number)]): Case {
  return {
    name: `codegen-${name}`,
    title: `codegen of ${title}, the whole process`,
    unit: "ms",
    isAlone: true,
    ours: ours(number),
    rivals,
  };
}

export const CODEGEN_CASES: readonly Case[] = [
  process("geo", "schema/geo.yaml", "geo"),
  process("1", "1 entity", "entities:1"),
  process("10", "10 entities", "entities:10"),
  process("100", "100 entities", "entities:100"),
  process("1000", "1,000 entities", "entities:1000", []),
  {
    name: "codegen-growth",
    title: "codegen, each entity from the 100th to the 1,000th",
    unit: "ms",
    isAlone: true,
    ours: ours("each:100-1000"),
    rivals: [
      {
        label: "each from the 1st to the 100th",
        child: codegen,
        number: "each:1-100",
        target: share(1.5),
      },
    ],
  },
  {
    name: "codegen-types",
    title: "tsc over 200 generated entities, the whole process",
    unit: "ms",
    isAlone: true,
    ours: { label: "generated entities", child: typeCheck, number: "generated" },
    rivals: [
      {
        label: "the same interfaces alone, by hand",
        child: typeCheck,
        number: "plain",
        target: share(2),
      },
    ],
  },
];
