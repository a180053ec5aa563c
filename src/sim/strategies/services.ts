import type { Cause } from "../api/failure.ts";
import type { Strategy } from "../api/strategy.ts";
import type { ApiObject } from "../objects.ts";
import { duplicate, forbidden, inRange, oneOf, required, wrong } from "./causes.ts";
import { PROTOCOLS } from "./container_validation.ts";
import { metadataProblems } from "./metadata.ts";
import { dnsLabel, formed, labelProblems, portName } from "./names.ts";
import { clusterIpOf, nodePortOf } from "./service_addresses.ts";
import { withDefaults, withFields } from "./with_defaults.ts";

export interface ServicePort {
  readonly name?: string;
  readonly protocol?: string;
  readonly port: number;
  readonly targetPort?: number | string;
  readonly nodePort?: number;
}

interface Service extends ApiObject {
  readonly spec: {
    readonly type?: string;
    readonly clusterIP?: string;
    readonly clusterIPs?: readonly string[];
    readonly ports?: readonly ServicePort[];
    readonly selector?: Readonly<Record<string, string>>;
    readonly sessionAffinity?: string;
    readonly sessionAffinityConfig?: object;
    readonly externalName?: string;
    readonly externalTrafficPolicy?: string;
    readonly internalTrafficPolicy?: string;
    readonly ipFamilies?: readonly string[];
    readonly ipFamilyPolicy?: string;
    readonly allocateLoadBalancerNodePorts?: boolean;
  };
}

const TYPES = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
/** Three hours. */
const AFFINITY = { clientIP: { timeoutSeconds: 10_800 } };

export const SERVICE: Strategy = {
  defaults(object: ApiObject): ApiObject {
    const given = (object.spec ?? {}) as Service["spec"];
    const { type = "ClusterIP", sessionAffinity = "None" } = given;
    const isExternal = type === "LoadBalancer" || type === "NodePort";
    const common = withDefaults(given, {
      type,
      sessionAffinity,
      ...sessionAffinity === "ClientIP" && { sessionAffinityConfig: AFFINITY },
      ...isExternal && { externalTrafficPolicy: "Cluster" },
      ...type === "LoadBalancer" && { allocateLoadBalancerNodePorts: true },
      ...type !== "ExternalName" && {
        internalTrafficPolicy: "Cluster",
        ipFamilies: ["IPv4"],
        ipFamilyPolicy: "SingleStack",
      },
    });
    const ports = common.ports?.map((port) => withDefaults(port, { protocol: "TCP", targetPort: port.port }));
    return addressed({ ...object, spec: withFields(common, ports === undefined ? {} : { ports }) } as Service);
  },

  created: (object) => ({ ...addressed(object as Service), status: { loadBalancer: {} } }),

  validate(object: ApiObject, before: ApiObject | undefined): readonly Cause[] {
    return [
      ...metadataProblems(object, { name: dnsLabel, before }),
      ...specProblems((object as Service).spec),
      ...before === undefined ? [] : addressProblems((before as Service).spec, (object as Service).spec),
    ];
  },
  mayCreateOnUpdate: true,
};

/** With addresses and ports, once it has a name to take them from. */
function addressed(service: Service): Service {
  const { metadata, spec } = service;
  if (!metadata.name || spec.type === "ExternalName") return service;
  const clusterIP = spec.clusterIP || spec.clusterIPs?.[0] || clusterIpOf(metadata);
  const isExternal = spec.type === "LoadBalancer" || spec.type === "NodePort";
  return {
    ...service,
    spec: {
      ...spec,
      clusterIP,
      clusterIPs: spec.clusterIPs ?? [clusterIP],
      ...isExternal && spec.ports && {
        ports: spec.ports.map((port) => withDefaults(port, { nodePort: nodePortOf(metadata, port.port) })),
      },
    },
  };
}

/** `ValidateService`. */
function* specProblems(spec: Service["spec"]): Generator<Cause> {
  const { type, ports = [], selector, sessionAffinity, externalName, clusterIP } = spec;
  if (ports.length === 0 && clusterIP !== "None" && type !== "ExternalName") yield required("spec.ports");
  if (type === "ExternalName" && !externalName) yield required("spec.externalName");
  yield* portProblems(ports);
  yield* labelProblems("spec.selector", selector);
  yield* oneOf("spec.sessionAffinity", { value: sessionAffinity, among: ["ClientIP", "None"] });
  for (const [i, value] of (spec.clusterIPs ?? []).entries()) {
    if (value === "None" || isIp(value)) continue;
    yield wrong(`spec.clusterIPs[${i}]`, {
      value,
      why: "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
    });
  }
  yield* oneOf("spec.type", { value: type, among: TYPES });
  for (const [i, { nodePort }] of ports.entries()) {
    if (type !== "ClusterIP" || nodePort === undefined) continue;
    yield forbidden(`spec.ports[${i}].nodePort`, "may not be used when `type` is 'ClusterIP'");
  }
}

function* portProblems(ports: readonly ServicePort[]): Generator<Cause> {
  const names = new Set<string>();
  const numbers = new Set<string>();
  for (const [i, { name = "", port = 0, protocol = "TCP", targetPort }] of ports.entries()) {
    const at = `spec.ports[${i}]`;
    if (name !== "") {
      yield* formed(`${at}.name`, { text: name, form: dnsLabel });
      if (names.has(name)) yield duplicate(`${at}.name`, name);
    } else if (ports.length > 1) yield required(`${at}.name`);
    names.add(name);
    yield* inRange(`${at}.port`, { value: port, least: 1, most: 65_535 });
    yield* oneOf(`${at}.protocol`, { value: protocol, among: PROTOCOLS });
    if (typeof targetPort === "number" && port !== 0) {
      yield* inRange(`${at}.targetPort`, { value: targetPort, least: 1, most: 65_535 });
    }
    if (typeof targetPort === "string") yield* formed(`${at}.targetPort`, { text: targetPort, form: portName });
    numbers.add(`${protocol}/${port}`);
  }
  if (numbers.size < ports.length) yield* samePorts(ports);
}

function* samePorts(ports: readonly ServicePort[]): Generator<Cause> {
  for (const [i, { port, protocol }] of ports.entries()) {
    const isFirst = ports.findIndex((each) => each.port === port && each.protocol === protocol) === i;
    if (isFirst) continue;
    const value = { Name: "", Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 };
    yield duplicate(`spec.ports[${i}]`, value);
  }
}

function* addressProblems(before: Service["spec"], after: Service["spec"]): Generator<Cause> {
  const was = before.clusterIP;
  if (was === undefined || after.type === "ExternalName" || after.clusterIP === was) return;
  yield wrong("spec.clusterIPs[0]", { value: after.clusterIPs, why: "may not change once set" });
}

function isIp(text: string): boolean {
  const isV4 = /^(?:\d{1,3}\.){3}\d{1,3}$/.test(text) && text.split(".").every((part) => Number(part) < 256);
  return isV4 || /^[0-9a-f]*:[0-9a-f:.]*$/i.test(text);
}
