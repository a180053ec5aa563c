import assert from "node:assert/strict";

const ROOT = new URL("..", import.meta.url);

async function sources(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    const path = `${folder}/${name}`;
    if (isDirectory) paths.push(...await sources(path));
    else if (path.endsWith(".ts")) paths.push(path);
  }
  return paths.sort();
}

/** Everything that is compiled. */
async function program(): Promise<string[]> {
  const entries: string[] = [];
  for await (const { name } of Deno.readDir(ROOT)) if (/^main\w*\.ts$/.test(name)) entries.push(name);
  return [...entries.sort(), ...await sources("src")];
}

interface Rule {
  readonly rule: string;
  readonly pattern: RegExp;
  /** Where it may be all the same. */
  readonly except?: RegExp;
}

/** What the security page promises, and what a glance at the text can tell. */
const RULES: readonly Rule[] = [
  { rule: "no text becomes code", pattern: /\beval\(|\bnew Function\(|import\(/ },
  {
    rule: "programs are run in one place",
    pattern: /Deno\.Command\b/,
    except: /^main\w*\.ts$|^src\/cli\/program\.ts$/,
  },
  {
    rule: "no file is written",
    pattern: /Deno\.(?:write|create\b|open|mkdir|rename|remove|truncate|copyFile|symlink)/,
  },
  {
    rule: "variables are read in one place",
    pattern: /Deno\.env\b|process\.env\b/,
    except: /^main\w*\.ts$|^src\/cli\/program\.ts$/,
  },
  { rule: "no answer leads elsewhere", pattern: /Response\.redirect|status: 3\d\d|["'`]location["'`]\s*:/i },
  {
    rule: "no certificate is taken unseen",
    pattern: /unsafelyIgnoreCertificateErrors|rejectUnauthorized: false/,
  },
  {
    rule: "nothing is drawn from a generator that can be foreseen",
    pattern: /Math\.random/,
    except: /^src\/runtime\//,
  },
  { rule: "prototypes stay as they are", pattern: /\.prototype\.\w+\s*=|\["?__proto__"?\]\s*=|setPrototypeOf/ },
  {
    rule: "a pod is never deleted",
    pattern: /"DELETE"|method: "delete"/i,
    except: /^src\/(?:sim|cli|operator\/webhook_handler\.ts)/,
  },
  { rule: "logs have one way out", pattern: /\bconsole\./ },
];

Deno.test("no text of the program breaks a rule of its security", async () => {
  const broken: string[] = [];
  for (const path of await program()) {
    const lines = (await Deno.readTextFile(new URL(path, ROOT))).split("\n");
    for (const { rule, pattern, except } of RULES) {
      if (except?.test(path)) continue;
      lines.forEach((line, i) => {
        if (!/^\s*(?:\/\/|\*|\/\*)/.test(line) && pattern.test(line)) {
          broken.push(`${path}:${i + 1}: ${rule}: ${line.trim()}`);
        }
      });
    }
  }
  assert.deepEqual(broken, []);
});

Deno.test("every fetch refuses to be sent elsewhere", async () => {
  const calls: string[] = [];
  for (const path of await program()) {
    const text = await Deno.readTextFile(new URL(path, ROOT));
    // The global one: `transport.fetch` and methods called fetch are ours.
    for (const { index } of text.matchAll(/(?<![.\w])(?:await |return )fetch\(/g)) {
      calls.push(`${path}: ${text.slice(index, index + 120).replaceAll(/\s+/g, " ")}`);
    }
  }
  assert.ok(calls.length > 0, "there is one in src/kube/transport.ts");
  assert.deepEqual(calls.filter((call) => !call.includes('redirect: "error"')), []);
});
