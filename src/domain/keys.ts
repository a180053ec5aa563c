/** The labels and annotations that Spotalis reads and writes. */
export const ENABLED = "spotalis.io/enabled";
export const SPOT_PERCENTAGE = "spotalis.io/spot-percentage";
export const MIN_ON_DEMAND = "spotalis.io/min-on-demand";
export const DISRUPTION_SCHEDULE = "spotalis.io/disruption-schedule";
export const DISRUPTION_DURATION = "spotalis.io/disruption-duration";
export const SPOT_FALLBACK = "spotalis.io/spot-fallback";
/** On pods: the capacity that admission chose. */
export const CAPACITY = "spotalis.io/capacity";
/** On pods: the number among the owner's pods that admission gave. */
export const SLOT = "spotalis.io/slot";
/** On pods that a fallback has placed: when spot is tried again, and the interval that led there. */
export const FALLBACK_RETRY_AT = "spotalis.io/fallback-retry-at";
export const FALLBACK_RETRY_AFTER = "spotalis.io/fallback-retry-after";
/** https://kubernetes.io/docs/reference/labels-annotations-taints/#pod-deletion-cost */
export const POD_DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";
