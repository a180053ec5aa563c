import { type LabelRequirement, type Labels, meetsRequirement, type Operator } from "./label_selector.ts";

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

/** A value that no requirement names. */
const OTHER = "\0";

/** Requirements contradict each other only about one key, and only by values that they name. */
function agree(requirements: Requirements): boolean {
  return [...Map.groupBy(requirements, ({ key }) => key)].every(([key, about]) => {
    const values = [OTHER, ...about.flatMap((each) => each.values ?? [])];
    const sorts: Labels[] = [{}, ...values.map((value) => ({ [key]: value }))];
    return sorts.some((labels) => about.every((each) => meetsRequirement(labels, each)));
  });
}
