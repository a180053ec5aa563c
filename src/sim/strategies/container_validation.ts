import type { Cause } from "../api/failure.ts";
import type { Container, PodSpec } from "../objects.ts";
import { duplicate, forbidden, inRange, notFound, notNegative, oneOf, required, wrong } from "./causes.ts";
import type { EnvironmentVariable, FullContainer, Port, Probe, VolumeMount } from "./container_defaults.ts";
import { dnsLabel, formed, portName } from "./names.ts";
import { resourceProblems } from "./resource_validation.ts";

/** Containers in which nothing was found wrong, whatever volumes there are for them. */
const valid = new WeakSet<Container>();

/** `validateContainers` and `validateInitContainers`. */
export function* containersProblems(
  path: string,
  { containers = [], initContainers = [] }: PodSpec,
  volumes: ReadonlySet<string>,
): Generator<Cause> {
  const names = new Set<string>();
  if (containers.length === 0) yield required(`${path}.containers`);
  for (const [field, all] of [["containers", containers], ["initContainers", initContainers]] as const) {
    for (const [i, container] of all.entries()) {
      const at = `${path}.${field}[${i}]`;
      yield* containerProblems(at, container, volumes);
      if (container.name && names.has(container.name)) yield duplicate(`${at}.name`, container.name);
      names.add(container.name);
    }
  }
}

function* containerProblems(
  at: string,
  container: FullContainer,
  volumes: ReadonlySet<string>,
): Generator<Cause> {
  const mounts = mountProblems(`${at}.volumeMounts`, container.volumeMounts, volumes);
  if (valid.has(container)) return yield* mounts;
  const first = [...nameAndImage(at, container), ...portProblems(`${at}.ports`, container.ports)];
  first.push(...environmentProblems(`${at}.env`, container.env));
  const last = [...pullPolicy(at, container), ...resourceProblems(`${at}.resources`, container.resources)];
  for (const field of ["livenessProbe", "readinessProbe", "startupProbe"] as const) {
    last.push(...probeProblems(`${at}.${field}`, container[field]));
  }
  if (first.length === 0 && last.length === 0) valid.add(container);
  yield* first;
  yield* mounts;
  yield* last;
}

function* nameAndImage(at: string, { name = "", image = "" }: FullContainer): Generator<Cause> {
  if (name === "") yield required(`${at}.name`);
  else yield* formed(`${at}.name`, { text: name, form: dnsLabel });
  if (image === "") yield required(`${at}.image`);
  else if (image.trim() !== image) {
    yield wrong(`${at}.image`, { value: image, why: "must not have leading or trailing whitespace" });
  }
}

function* pullPolicy(at: string, { imagePullPolicy }: FullContainer): Generator<Cause> {
  yield* oneOf(`${at}.imagePullPolicy`, { value: imagePullPolicy, among: ["Always", "IfNotPresent", "Never"] });
}

export const PROTOCOLS = ["SCTP", "TCP", "UDP"];
const ANY_PORT = { least: 1, most: 65_535 };

function* portProblems(path: string, ports: readonly Port[] = []): Generator<Cause> {
  const names = new Set<string>();
  for (const [i, { name = "", containerPort = 0, hostPort = 0, protocol }] of ports.entries()) {
    const at = `${path}[${i}]`;
    if (name !== "") {
      const problems = [...formed(`${at}.name`, { text: name, form: portName })];
      yield* problems;
      if (problems.length === 0 && names.has(name)) yield duplicate(`${at}.name`, name);
      names.add(name);
    }
    if (containerPort === 0) yield required(`${at}.containerPort`);
    else yield* inRange(`${at}.containerPort`, { value: containerPort, ...ANY_PORT });
    if (hostPort !== 0) yield* inRange(`${at}.hostPort`, { value: hostPort, ...ANY_PORT });
    yield* oneOf(`${at}.protocol`, { value: protocol, among: PROTOCOLS });
  }
}

const SOURCES = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"];
const ONE_SOURCE =
  "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`";
const FIELDS =
  /^(?:metadata\.(?:name|namespace|uid|(?:annotations|labels)\['.+'\])|spec\.(?:nodeName|serviceAccountName)|status\.(?:hostIPs?|podIPs?))$/;

function* environmentProblems(
  path: string,
  environment: readonly EnvironmentVariable[] = [],
): Generator<Cause> {
  for (const [i, { name = "", value = "", valueFrom }] of environment.entries()) {
    const at = `${path}[${i}]`;
    if (name === "") yield required(`${at}.name`);
    else if (!/^[ -<>-~]+$/.test(name)) {
      const why =
        "a valid environment variable name must consist only of printable ASCII characters other than '='";
      yield wrong(`${at}.name`, { value: name, why });
    }
    if (valueFrom === undefined) continue;
    const sources = Object.keys(valueFrom).filter((key) => SOURCES.includes(key));
    const fieldPath = valueFrom.fieldRef?.fieldPath;
    if (fieldPath !== undefined && !FIELDS.test(fieldPath)) {
      const why = `error converting fieldPath: field label not supported: ${fieldPath}`;
      yield wrong(`${at}.valueFrom.fieldRef.fieldPath`, { value: fieldPath, why });
    }
    if (sources.length === 0) yield wrong(`${at}.valueFrom`, { value: "", why: ONE_SOURCE });
    else if (value !== "") {
      yield wrong(`${at}.valueFrom`, { value: "", why: "may not be specified when `value` is not empty" });
    } else if (sources.length > 1) {
      yield wrong(`${at}.valueFrom`, {
        value: "",
        why: "may not have more than one field specified at a time",
      });
    }
  }
}

function* mountProblems(
  path: string,
  mounts: readonly VolumeMount[] = [],
  volumes: ReadonlySet<string>,
): Generator<Cause> {
  const paths = new Set<string>();
  for (const [i, { name = "", mountPath = "" }] of mounts.entries()) {
    const at = `${path}[${i}]`;
    if (name === "") yield required(`${at}.name`);
    if (!volumes.has(name)) yield notFound(`${at}.name`, name);
    if (mountPath === "") yield required(`${at}.mountPath`);
    if (paths.has(mountPath)) yield wrong(`${at}.mountPath`, { value: mountPath, why: "must be unique" });
    paths.add(mountPath);
  }
}

const HANDLERS = ["exec", "httpGet", "tcpSocket", "grpc"] as const;
const SECONDS = [
  "initialDelaySeconds",
  "timeoutSeconds",
  "periodSeconds",
  "successThreshold",
  "failureThreshold",
] as const;

function* probeProblems(at: string, probe: Probe | undefined): Generator<Cause> {
  if (probe === undefined) return;
  const [first, ...others] = HANDLERS.filter((each) => probe[each] !== undefined);
  if (first === undefined) yield required(at, "must specify a handler type");
  else yield* handlerProblems(`${at}.${first}`, probe[first]!);
  for (const other of others) yield forbidden(`${at}.${other}`, "may not specify more than 1 handler type");
  for (const field of SECONDS) yield* notNegative(`${at}.${field}`, probe[field]);
}

function* handlerProblems(
  at: string,
  handler: { readonly command?: readonly string[]; readonly port?: number | string },
): Generator<Cause> {
  const { command, port } = handler;
  if (at.endsWith("exec") && !command?.length) yield required(`${at}.command`);
  if (typeof port === "number") yield* inRange(`${at}.port`, { value: port, ...ANY_PORT });
  if (typeof port === "string") yield* formed(`${at}.port`, { text: port, form: portName });
}
