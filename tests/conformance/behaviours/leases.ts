import assert from "node:assert/strict";
import type { Behaviour } from "../api.ts";
import { conflict, invalid, ok, refused, versionOf } from "../expect.ts";
import { lease, MICRO_TIME } from "../objects.ts";
import { JSON_PATCH, resource } from "../resource.ts";

const LEASES = "leases.coordination.k8s.io";

export const LEASE: readonly Behaviour[] = [
  {
    name: "a Lease from an older version, updated or patched: 409; from the current one: taken",
    async run(api) {
      const leases = resource(api, "leases");
      const made = ok(await leases.create(lease("a")), 201);
      const renewed = ok(await leases.put({ ...made, spec: { ...made.spec, leaseTransitions: 1 } }));
      assert.ok(versionOf(renewed) > versionOf(made));
      conflict(await leases.put({ ...made, spec: { ...made.spec, leaseTransitions: 2 } }), LEASES, "a");
      const { resourceVersion } = made.metadata;
      conflict(
        await leases.patch("a", { metadata: { resourceVersion }, spec: { leaseTransitions: 3 } }),
        LEASES,
        "a",
      );
      // Even where nothing would change.
      conflict(await leases.put({ ...renewed, metadata: made.metadata }), LEASES, "a");
      assert.equal(versionOf(ok(await leases.put(renewed))), versionOf(renewed));
    },
  },
  {
    name: "a second Lease of one name: 409 AlreadyExists",
    async run(api) {
      const leases = resource(api, "leases");
      ok(await leases.create(lease("a")), 201);
      refused(await leases.create(lease("a", { spec: { holderIdentity: "you" } })), {
        code: 409,
        reason: "AlreadyExists",
        message: `${LEASES} "a" already exists`,
        details: { name: "a", group: "coordination.k8s.io", kind: "leases" },
      });
    },
  },
  {
    name: "an update of a Lease without a version: 422; where there is none of that name it makes one: 201",
    async run(api) {
      const leases = resource(api, "leases");
      ok(await leases.create(lease("a")), 201);
      const message = "must be specified for an update";
      refused(await leases.put(lease("a", { spec: { leaseTransitions: 1 } })), {
        code: 422,
        reason: "Invalid",
        message: `${LEASES} "a" is invalid: metadata.resourceVersion: Invalid value: 0: ${message}`,
        details: {
          name: "a",
          group: "coordination.k8s.io",
          kind: "leases",
          causes: [{
            reason: "FieldValueInvalid",
            message: `Invalid value: 0: ${message}`,
            field: "metadata.resourceVersion",
          }],
        },
      });
      assert.equal(ok(await leases.put(lease("b")), 201).spec.holderIdentity, "me");
      assert.equal(ok(await leases.get("b")).metadata.name, "b");
    },
  },
  {
    name: "an update of a Lease that has another uid, or that has been deleted: 409",
    async run(api) {
      const leases = resource(api, "leases");
      const made = ok(await leases.create(lease("a")), 201);
      const bad = { reason: "Conflict", details: { name: "a", group: "coordination.k8s.io", kind: "leases" } };
      const message = (uid: string) =>
        new RegExp(
          `^Operation cannot be fulfilled on ${LEASES} "a": .*UID in precondition: ${uid}, UID in object meta: `,
        );
      const { resourceVersion, uid } = made.metadata;
      const other = { ...made, metadata: { name: "a", uid: "other", resourceVersion } };
      refused(await leases.put(other), { code: 409, ...bad, message: message("other") });
      ok(await leases.delete("a"));
      refused(await leases.put(made), { code: 409, ...bad, message: message(uid) });
      assert.equal((await leases.get("a")).status, 404);
    },
  },
  {
    name: "renewTime has six digits of a second, no more and no fewer: 400",
    async run(api) {
      const leases = resource(api, "leases");
      ok(await leases.create(lease("a")), 201);
      const renew = (renewTime: string) => leases.patch("a", { spec: { renewTime } });
      for (const time of ["05.123Z", "05Z", "05.123456789Z"].map((end) => `2026-01-02T03:04:${end}`)) {
        refused(await leases.create(lease("b", { spec: { renewTime: time } })), {
          code: 400,
          reason: "BadRequest",
          message: new RegExp(
            `^Lease in version "v1" cannot be handled as a Lease: parsing time "${
              time.replace(".", "\\.")
            }" as ` +
              '"2006-01-02T15:04:05\\.000000Z07:00": cannot parse ',
          ),
        });
        assert.ok((await renew(time)).status >= 400);
      }
      assert.equal(
        ok(await renew("2026-01-02T03:04:05.654321Z")).spec.renewTime,
        "2026-01-02T03:04:05.654321Z",
      );
      const shifted = ok(await renew("2026-01-02T03:04:05.654321+02:00"));
      assert.equal(shifted.spec.renewTime, "2026-01-02T01:04:05.654321Z");
    },
  },
  {
    name: "a Lease is released with an empty or absent holder; a duration of 0 is refused: 422",
    async run(api) {
      const leases = resource(api, "leases");
      ok(await leases.create(lease("a")), 201);
      assert.equal(ok(await leases.patch("a", { spec: { holderIdentity: "" } })).spec.holderIdentity, "");
      const released = ok(await leases.patch("a", { spec: { holderIdentity: null } })).spec;
      assert.deepEqual(released, { leaseDurationSeconds: 15, renewTime: MICRO_TIME, leaseTransitions: 0 });
      invalid(await leases.patch("a", { spec: { leaseDurationSeconds: 0 } }), [
        "FieldValueInvalid spec.leaseDurationSeconds",
      ]);
      invalid(await leases.patch("a", { spec: { leaseTransitions: -1 } }), [
        "FieldValueInvalid spec.leaseTransitions",
      ]);
    },
  },
  {
    name: "of two holders that take a Lease at once one gets it: 200 and 409",
    async run(api) {
      const leases = resource(api, "leases");
      const made = ok(await leases.create(lease("a")), 201);
      const take = (holderIdentity: string) => leases.put({ ...made, spec: { ...made.spec, holderIdentity } });
      const answers = await Promise.all([take("x"), take("y")]);
      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
      const { body } = answers.find(({ status }) => status === 200)!;
      assert.equal(ok(await leases.get("a")).spec.holderIdentity, body.spec.holderIdentity);
    },
  },
  {
    name: "a JSON patch that tests the holder fails on another: 422",
    async run(api) {
      const leases = resource(api, "leases");
      ok(await leases.create(lease("a")), 201);
      const patch = [
        { op: "test", path: "/spec/holderIdentity", value: "you" },
        { op: "replace", path: "/spec/leaseTransitions", value: 1 },
      ];
      assert.equal((await leases.patch("a", patch, { type: JSON_PATCH })).body.reason, "Invalid");
      assert.equal(ok(await leases.get("a")).spec.leaseTransitions, 0);
    },
  },
];
