/** An object of the API, as JSON has it. */
// deno-lint-ignore no-explicit-any
export type Json = any;
