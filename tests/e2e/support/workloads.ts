/** For `bench/`. */
export { deployment } from "../../scenarios/support/workloads.ts";
