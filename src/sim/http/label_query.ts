import { badRequest } from "../api/failure.ts";
import { labelValue, qualifiedName } from "../strategies/names.ts";

type Labels = Readonly<Record<string, string>>;

/** Whether labels meet one requirement. */
export type LabelTest = (labels: Labels) => boolean;

/**
 * Reads a label selector as it stands in a query, such as `app=web,tier in (a,b),!old`
 * (`apimachinery/pkg/labels/selector.go`). Throws `ApiFailure` where it is none.
 */
export function parseLabelQuery(text: string): readonly LabelTest[] {
  return new Parser(text).read();
}

/** Signs, and what stands between them and between spaces. */
const TOKENS = /!=|==|[=!<>(),]|[^\s=!<>(),]+/g;
const OPERATORS = ["in", "notin", "=", "==", "!=", ">", "<"];
const EXPECTED = "in, notin, =, ==, !=, gt, lt";

class Parser {
  readonly #tokens: readonly string[];
  #next = 0;

  constructor(text: string) {
    this.#tokens = text.match(TOKENS) ?? [];
  }

  read(): LabelTest[] {
    const tests: LabelTest[] = [];
    while (this.#peek !== undefined) {
      if (!this.#isAtRequirement()) {
        throw refused(`found '${this.#peek}', expected: !, identifier, or 'end of string'`);
      }
      tests.push(this.#requirement());
      const token = this.#take();
      if (token === undefined) break;
      if (token !== ",") throw refused(`found '${token}', expected: ',' or 'end of string'`);
      if (!this.#isAtRequirement()) {
        throw refused(`found '${this.#peek ?? ""}', expected: identifier after ','`);
      }
    }
    return tests;
  }

  #isAtRequirement(): boolean {
    return this.#peek === "!" || isWord(this.#peek);
  }

  get #peek(): string | undefined {
    return this.#tokens[this.#next];
  }

  #take(): string | undefined {
    return this.#tokens[this.#next++];
  }

  #requirement(): LabelTest {
    const isAbsence = this.#peek === "!";
    if (isAbsence) this.#take();
    const key = this.#take();
    if (!isWord(key)) throw unreadable(`found '${key ?? ""}', expected: identifier`);
    check("<nil>", key, qualifiedName(key));
    if (isAbsence) return (labels) => !Object.hasOwn(labels, key);
    if (this.#peek === undefined || this.#peek === ",") return (labels) => Object.hasOwn(labels, key);
    const operator = this.#take()!;
    if (!OPERATORS.includes(operator)) {
      throw unreadable(`found '${operator}', expected: ${EXPECTED}`);
    }
    if (operator === ">" || operator === "<") return this.#comparison(key, operator);
    const values = operator.endsWith("in") ? this.#list() : [this.#exact()];
    for (const [i, value] of values.entries()) check(`values[${i}][${key}]`, value, labelValue(value));
    const isNegated = operator === "!=" || operator === "notin";
    return (labels) => (Object.hasOwn(labels, key) && values.includes(labels[key]!)) !== isNegated;
  }

  #comparison(key: string, operator: string): LabelTest {
    const bound = this.#exact();
    if (!/^-?\d+$/.test(bound)) {
      check("values[0]", bound, ["for 'Gt', 'Lt' operators, the value must be an integer"]);
    }
    return (labels) => {
      const value = Object.hasOwn(labels, key) ? labels[key]! : "";
      if (!/^-?\d+$/.test(value)) return false;
      return operator === ">" ? Number(value) > Number(bound) : Number(value) < Number(bound);
    };
  }

  #exact(): string {
    const value = this.#value();
    if (value === "" && this.#peek !== undefined && this.#peek !== ",") {
      throw unreadable(`found '${this.#peek}', expected: identifier`);
    }
    return value;
  }

  /** One that is left out is the empty one. */
  #value(): string {
    return isWord(this.#peek) ? this.#take()! : "";
  }

  #list(): string[] {
    const open = this.#take();
    if (open !== "(") throw unreadable(`found '${open ?? ""}' expected: '('`);
    const values = [this.#value()];
    for (let token = this.#take(); token !== ")"; token = this.#take()) {
      if (token !== ",") throw unreadable(`found '${token ?? ""}', expected: ',' or ')'`);
      values.push(this.#value());
    }
    return values;
  }
}

function isWord(token: string | undefined): token is string {
  return token !== undefined && !/^[=!<>(),]/.test(token);
}

function check(what: string, text: string, problems: readonly string[]): void {
  if (problems.length > 0) throw unreadable(`${what}: Invalid value: "${text}": ${problems.join("; ")}`);
}

function unreadable(why: string): Error {
  return refused(`unable to parse requirement: ${why}`);
}

function refused(why: string): Error {
  return badRequest(why);
}
