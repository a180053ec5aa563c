import type { LabelRequirement, Operator } from "./label_selector.ts";

type Requirements = readonly LabelRequirement[];

/** Whether labels can be such that they meet all that is required, and none of the sets to avoid. */
export function canMeet(required: Requirements, avoided: readonly Requirements[]): boolean {
  if (!agree(required)) return false;
  const [next, ...rest] = avoided;
  if (next === undefined) return true;
  if (!agree([...required, ...next])) return canMeet(required, rest);
  return next.some((requirement) => canMeet([...required, opposite(requirement)], rest));
}

const OPPOSITES: Readonly<Record<Operator, Operator>> = {
  In: "NotIn",
  NotIn: "In",
  Exists: "DoesNotExist",
  DoesNotExist: "Exists",
};

function opposite({ key, operator, values }: LabelRequirement): LabelRequirement {
  return { key, operator: OPPOSITES[operator], values };
}

/**
 * Requirements contradict each other only about one key. Linear in what they name, however many there are: a
 * stranger writes them.
 */
function agree(requirements: Requirements): boolean {
  return [...Map.groupBy(requirements, ({ key }) => key).values()].every((about) =>
    about.every(isMetByAbsence) || canHaveValue(about)
  );
}

function isMetByAbsence({ operator }: LabelRequirement): boolean {
  return operator === "NotIn" || operator === "DoesNotExist";
}

/** Whether some value of the label meets all of these, which are about one key. */
function canHaveValue(about: Requirements): boolean {
  if (about.some(({ operator }) => operator === "DoesNotExist")) return false;
  const sets = about.filter(({ operator }) => operator === "In").map(({ values }) => new Set(values));
  const [first, ...others] = sets;
  // There is always one more value than those that must not be.
  if (first === undefined) return true;
  const allowed = others.reduce((left, right) => left.intersection(right), first);
  const refused = new Set(
    about.filter(({ operator }) => operator === "NotIn").flatMap(({ values }) => values ?? []),
  );
  return !allowed.isSubsetOf(refused);
}
