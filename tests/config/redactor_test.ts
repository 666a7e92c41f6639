import { assertEquals } from "@std/assert";
import { array, assert as check, constantFrom, property, string } from "fast-check";
import { KNOWN_SECRETS, type SecretName } from "../../src/config/known_secrets.ts";
import { createRedactor, REDACTED } from "../../src/config/redactor.ts";
import type { RedactionRules } from "../../src/config/sections.ts";

const NONE: RedactionRules = { known: [], literals: [], patterns: [], variables: [] };

function redact(text: string, rules: Partial<RedactionRules>, env: Readonly<Record<string, string>> = {}): string {
  return createRedactor({ ...NONE, ...rules }, (name) => env[name])?.(text) ?? text;
}

/** A key as programs write it down. */
const KEY = [`-----${"BEGIN"} RSA PRIVATE KEY-----`, "MIIEpAIBAAKCAQEA", "abc=", `-----${"END"} RSA PRIVATE KEY-----`];

/** Texts of each kind, with the part that is secret in angle brackets. Put together here, so that no scanner sees one. */
const SAMPLES: Readonly<Record<SecretName, readonly string[]>> = {
  private_key: [
    `<${KEY.join("\n")}>\nafter`,
    String.raw`"key": "<${KEY.join(String.raw`\n`)}>\n", "a": 1`,
    `cut <${KEY.slice(0, 2).join("\r\n")}>`,
  ],
  anthropic: [`key <${"sk-"}ant-api03-${"Ab3_".repeat(8)}>!`],
  openai: [`<${"sk-"}proj-${"Ab3_".repeat(8)}>`, `<${"sk-"}${"a1".repeat(20)}> end`],
  github: [`push <${"gh"}p_${"aB3".repeat(12)}>`, `<${"github"}_pat_${"a1_".repeat(12)}>`],
  gitlab: [`<${"gl"}pat-${"aB3-".repeat(5)}>`],
  slack: [`<${"xo"}xb-123456789012-abc>`],
  npm: [`//registry/:_authToken=<${"npm"}_${"aB3".repeat(12)}>`],
  aws: [`id <${"AK"}IA${"A1B2".repeat(4)}> x`],
  google: [`<${"AI"}za${"aB3_-".repeat(7)}>`],
  stripe: [`<${"sk"}_live_${"aB3".repeat(8)}>`],
  jwt: [`t=<${"ey"}JhbGciOiJI.${"ey"}JzdWIiOiIx.c2ln_-x>`],
  authorization: [
    `authorization: <Basic dXNlcjpwYXNz>`,
    `"Authorization":"<Bearer abc>"`,
    `bearer <${"a1.".repeat(8)}>`,
  ],
  url: ["git clone https://me:<pa:ss-w0rd>@host/x", "postgres://:<pw>@db"],
  assignment: [
    "PASSWORD=<s3cret> x",
    `{"api_key": "<abc\\"def>", "a": 1}`,
    `access-key='<abc>'`,
    String.raw`{\"token\":\"<abc>`,
  ],
};

/** Texts that hold no secret of any kind. */
const HARMLESS = [
  "the token is expired, 12 tokens: 3",
  "task-runner sk-learn risk-free",
  "https://host:8080/path and user@host",
  "password: no",
  "a basic understanding of bearer bonds",
  "bless AKIA and eyJ",
];

for (const [name, samples] of Object.entries(SAMPLES)) {
  Deno.test(`createRedactor() finds what is known as ${name}, and leaves the rest of the line`, () => {
    for (const sample of samples) {
      const text = sample.replaceAll(/[<>]/g, "");
      const expected = sample.replaceAll(/<.*?>/gs, REDACTED);
      assertEquals(redact(text, { known: [name as SecretName] }), expected);
    }
  });
}

Deno.test("createRedactor() leaves what only looks like a secret, with all kinds on", () => {
  for (const text of HARMLESS) assertEquals(redact(text, { known: ["all"] }), text);
});

Deno.test("createRedactor() finds every kind when all are on, and nothing twice", () => {
  for (const samples of Object.values(SAMPLES)) {
    for (const sample of samples) {
      const secret = /<(.*?)>/s.exec(sample)![1]!;
      const once = redact(sample.replaceAll(/[<>]/g, ""), { known: ["all"] });
      assertEquals(once.includes(secret), false, once);
      assertEquals(redact(once, { known: ["all"] }), once);
    }
  }
  assertEquals(Object.keys(SAMPLES), Object.keys(KNOWN_SECRETS));
});

Deno.test("createRedactor() takes texts as they are, the longest first", () => {
  const literals = ["aa+b", "aa+b+c"];
  assertEquals(redact("aa.b, aaab, aa+b and aa+b+c", { literals }), `aa.b, aaab, ${REDACTED} and ${REDACTED}`);
});

Deno.test("createRedactor() takes regular expressions, each time from the beginning", () => {
  const rules = { patterns: [/card-\d+/gu] };
  const clean = createRedactor({ ...NONE, ...rules }, () => undefined)!;
  assertEquals([clean("card-1 card-22"), clean("card-1"), clean("card-x")], [
    `${REDACTED} ${REDACTED}`,
    REDACTED,
    "card-x",
  ]);
});

Deno.test("createRedactor() takes the values of variables, and none for one that is unset or short", () => {
  assertEquals(
    redact("say pass1 twice", { variables: ["A", "B", "C"] }, { A: "pass1", B: "", C: "say" }),
    `say ${REDACTED} twice`,
  );
  assertEquals(createRedactor({ ...NONE, variables: ["B"] }, () => "1"), undefined);
});

Deno.test("createRedactor() gives nothing to call when nothing is secret", () => {
  assertEquals(createRedactor(NONE, () => "x"), undefined);
});

Deno.test("createRedactor() leaves no literal anywhere in any text", () => {
  const literals = ["hunter2", "hunter", "a\\b$", '"{}"'];
  check(property(array(constantFrom(...literals, "x", " ", "hunt")), string(), (parts, tail) => {
    const text = redact(parts.join("") + tail, { literals });
    for (const literal of literals) assertEquals(text.includes(literal), false);
  }));
});

Deno.test("createRedactor() gets through lines that are made to keep it busy", () => {
  const parts = [
    "token ",
    "password=",
    " ",
    "eyJaaaaaaaa-",
    "://",
    "x:",
    "a",
    "\\",
    '"',
    "sk-",
    "authorization:",
    "bearer ",
  ];
  for (const part of parts) {
    for (const head of ["", "token", "authorization", "bearer", "x://", "x://a:", "eyJ", "password="]) {
      assertEquals(typeof redact(head + part.repeat(200_000 / part.length), { known: ["all"] }), "string");
    }
  }
});

/** The lines of a stream, with secrets taken out one after the other. */
function inTurn(lines: readonly string[], rules: Partial<RedactionRules> = { known: ["private_key"] }): string[] {
  return lines.map(createRedactor({ ...NONE, ...rules }, () => undefined)!.inTurn!());
}

Deno.test("inTurn() leaves no line of a private key, and all lines around it", () => {
  assertEquals(inTurn(["before", ...KEY, "after"]), ["before", REDACTED, REDACTED, REDACTED, REDACTED, "after"]);
  const headed = [KEY[0]!, "Proc-Type: 4,ENCRYPTED", "", "MIIE", `${KEY[3]!} done`];
  assertEquals(inTurn(headed), [REDACTED, REDACTED, "", REDACTED, `${REDACTED} done`]);
  const indented = KEY.map((line) => `  ${line}\r`);
  assertEquals(inTurn([`key: |`, ...indented]), ["key: |", `  ${REDACTED}`, REDACTED, REDACTED, `${REDACTED}\r`]);
});

Deno.test("inTurn() finds a key after another, also one whose end is missing", () => {
  assertEquals(inTurn([...KEY, "between", ...KEY].map((line) => line)).filter((line) => line !== REDACTED), [
    "between",
  ]);
  assertEquals(inTurn([...KEY.slice(0, 2), ...KEY, "after"]).filter((line) => line !== REDACTED), ["after"]);
});

Deno.test("inTurn() takes what only speaks of a key for no key, and ends one that has no end", () => {
  const talk = [`expected ${KEY[0]!} at the start`, "public: MIIE", `-----${"BEGIN"} PUBLIC KEY-----`, "MIIB"];
  assertEquals(inTurn(talk).slice(1), talk.slice(1));
  const endless = inTurn([KEY[0]!, ...Array.from({ length: 1000 }, (_, at) => `line ${at}`)]);
  assertEquals(endless.filter((line) => line === REDACTED).length, 401);
  assertEquals(endless.at(-1), "line 999");
});

Deno.test("inTurn() finds what is secret within a line too, and is not there where keys are not known", () => {
  assertEquals(inTurn(["a hunter2", KEY[0]!, "x"], { known: ["all"], literals: ["hunter2"] }), [
    `a ${REDACTED}`,
    REDACTED,
    REDACTED,
  ]);
  assertEquals(createRedactor({ ...NONE, known: ["github"] }, () => undefined)!.inTurn, undefined);
});

Deno.test("inTurn() keeps streams apart", () => {
  const redact = createRedactor({ ...NONE, known: ["all"] }, () => undefined)!;
  const [one, other] = [redact.inTurn!(), redact.inTurn!()];
  assertEquals([one(KEY[0]!), other("text"), one("MIIE")], [REDACTED, "text", REDACTED]);
});
