/** Files that cannot be used as they are: exit code 2, and every problem named. */
export class InputError extends Error {
  override readonly name = "InputError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the input cannot be used: ${problems.join("; ")}`);
    this.problems = problems;
  }
}
