/** What `npm run bench -- codegen` measures: the tool, and what its output costs the compiler. No Redis takes part. */
import type { Case } from "../cases.js";

const ours = (number: string) => ({
  label: "cached-collections codegen",
  child: "codegen",
  number,
});
const es = (number: string) => ({
  label: "protoc with protoc-gen-es, the messages alone",
  child: "codegen-es",
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
        child: "codegen",
        number: "each:1-100",
        target: { kind: "share", limit: 1.5 },
      },
    ],
  },
  {
    name: "codegen-types",
    title: "tsc over 200 generated entities, the whole process",
    unit: "ms",
    isAlone: true,
    ours: { label: "generated entities", child: "type-check", number: "generated" },
    rivals: [
      {
        label: "the same interfaces alone, by hand",
        child: "type-check",
        number: "plain",
        target: { kind: "share", limit: 2 },
      },
    ],
  },
];
