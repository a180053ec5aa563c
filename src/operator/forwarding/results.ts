/** What became of a review that was to go to the leader: also the `result` of the metric. */
export const FORWARD_RESULTS = [
  "answered",
  /** No answer within the deadline. */
  "late",
  /** No connection, or a broken one, or a certificate that proves nothing. */
  "unreachable",
  /** Not taken for a peer's, or another status. */
  "refused",
  /** It does not lead any more, or not yet. */
  "not_leading",
  /** An answer that is none. */
  "invalid",
  /** Not tried: it has not answered lately. */
  "circuit_open",
  /** Not tried: the Lease names nobody, or nobody's address. */
  "no_leader",
] as const;
export type ForwardResult = (typeof FORWARD_RESULTS)[number];

/** What became of a request to the path for peers. */
export const PEER_RESULTS = ["answered", "refused", "not_leading"] as const;
export type PeerResult = (typeof PEER_RESULTS)[number];
