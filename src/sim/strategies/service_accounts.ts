import type { Strategy } from "../api/strategy.ts";
import { metadataProblems } from "./metadata.ts";
import { dnsSubdomain } from "./names.ts";

export const SERVICE_ACCOUNT: Strategy = {
  validate: (object, before) => [...metadataProblems(object, { name: dnsSubdomain, before })],
};
