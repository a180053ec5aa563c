import type { Cause } from "../api/failure.ts";
import type { Container } from "../objects.ts";
import { canonicalQuantity, compareQuantities } from "./canonical_quantity.ts";
import { required, wrong } from "./causes.ts";
import { formed, qualifiedName } from "./names.ts";

/** What containers may ask for under a name without a domain. */
const STANDARD = /^(?:cpu|memory|ephemeral-storage|hugepages-.+)$/;
/** What may be promised more often than there is of it. */
const OVERCOMMITTED = /^(?!hugepages-)(?:[^/]+|.*kubernetes\.io\/.*)$/;

/** `validateContainerResourceRequirements`. */
export function* resourceProblems(path: string, resources: Container["resources"] = {}): Generator<Cause> {
  const { limits = {}, requests = {} } = resources;
  for (const name in limits) yield* ofOne(`${path}.limits[${name}]`, { name, quantity: limits[name]! });
  for (const name in requests) {
    const quantity = requests[name]!;
    const limit = limits[name];
    yield* ofOne(`${path}.requests[${name}]`, { name, quantity });
    if (limit === undefined) {
      if (OVERCOMMITTED.test(name)) continue;
      yield required(`${path}.limits`, "Limit must be set for non overcommitable resources");
      continue;
    }
    const order = compareQuantities(quantity, limit);
    const value = canonicalQuantity(quantity);
    if (order !== 0 && !OVERCOMMITTED.test(name)) {
      yield wrong(`${path}.requests`, {
        value,
        why: `must be equal to ${name} limit of ${canonicalQuantity(limit)}`,
      });
    } else if (order > 0) {
      const why = `must be less than or equal to ${name} limit of ${canonicalQuantity(limit)}`;
      yield wrong(`${path}.requests`, { value, why });
    }
  }
}

function* ofOne(at: string, { name, quantity }: { name: string; quantity: string | number }): Generator<Cause> {
  yield* formed(at, { text: name, form: qualifiedName });
  if (!name.includes("/") && !STANDARD.test(name)) {
    yield wrong(at, { value: name, why: "must be a standard resource type or fully qualified" });
    yield wrong(at, { value: name, why: "must be a standard resource for containers" });
  }
  yield* quantityProblems(at, quantity);
  if (name.includes("/") && !OVERCOMMITTED.test(name) && canonicalQuantity(quantity).endsWith("m")) {
    yield wrong(at, { value: canonicalQuantity(quantity), why: "must be an integer" });
  }
}

export function* quantityProblems(at: string, quantity: string | number): Generator<Cause> {
  if (compareQuantities(quantity, 0) >= 0) return;
  yield wrong(at, { value: canonicalQuantity(quantity), why: "must be greater than or equal to 0" });
}
