import { Environment } from "@marcbachmann/cel-js";

/** What an expression may speak of. `authorizer` is known, so that it compiles, and is not there. */
const VARIABLES = ["object", "oldObject", "request", "authorizer"];

const CEL = new Environment({ enableOptionalTypes: true });
for (const name of VARIABLES) CEL.registerVariable(name, "dyn");

type Compiled = ReturnType<Environment["parse"]>;

/** The same few expressions are asked for each object. */
const compiled = new Map<string, Compiled>();

export interface MatchCondition {
  readonly name: string;
  /** In CEL: https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#matching-requests-matchconditions */
  readonly expression: string;
}

/** Why an expression is none; undefined: it is one. */
export function expressionProblem(expression: string): string | undefined {
  try {
    const { valid, type, error } = CEL.check(expression);
    if (!valid) return `compilation failed: ${error?.message ?? "it is no expression"}`;
    return type === "bool" || type === "dyn" ? undefined : "must evaluate to bool";
  } catch (error) {
    return `compilation failed: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/**
 * Whether all conditions hold. One that does not decides; otherwise one that cannot be evaluated makes the
 * answer an error, which is the text.
 */
export function matchesAll(
  conditions: readonly MatchCondition[],
  variables: Readonly<Record<string, unknown>>,
): boolean | { readonly error: string } {
  const errors: string[] = [];
  for (const { expression } of conditions) {
    try {
      if (evaluate(expression, variables) !== true) return false;
    } catch (error) {
      errors.push(`expression '${expression}' resulted in error: ${reasonOf(error)}`);
    }
  }
  return errors.length === 0 || { error: errors.length === 1 ? errors[0]! : `[${errors.join(", ")}]` };
}

function evaluate(expression: string, variables: Readonly<Record<string, unknown>>): unknown {
  let condition = compiled.get(expression);
  if (condition === undefined) {
    condition = CEL.parse(expression);
    compiled.set(expression, condition);
  }
  return condition(variables);
}

/** In the words of the API server: `no such key: team`. The library adds where it is. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message.split("\n")[0]! : String(error);
  return text.replace(/^[A-Z]/, (letter) => letter.toLowerCase());
}
