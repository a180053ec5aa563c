import type { Container } from "../objects.ts";
import { markNormal } from "./normalizing.ts";
import { withDefaults } from "./with_defaults.ts";

interface HttpGet {
  readonly path?: string;
  readonly scheme?: string;
}

export interface Probe {
  readonly exec?: { readonly command?: readonly string[] };
  readonly httpGet?: HttpGet & { readonly port?: number | string };
  readonly tcpSocket?: { readonly port?: number | string };
  readonly grpc?: { readonly port?: number; readonly service?: string };
  readonly initialDelaySeconds?: number;
  readonly timeoutSeconds?: number;
  readonly periodSeconds?: number;
  readonly successThreshold?: number;
  readonly failureThreshold?: number;
}

type Handler = Pick<Probe, "exec" | "httpGet" | "tcpSocket">;

export interface Port {
  readonly name?: string;
  readonly containerPort?: number;
  readonly hostPort?: number;
  readonly protocol?: string;
}

export interface EnvironmentVariable {
  readonly name?: string;
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef?: { readonly apiVersion?: string; readonly fieldPath?: string } };
}

export interface VolumeMount {
  readonly name?: string;
  readonly mountPath?: string;
}

/** The fields of a container that the API server fills in or looks at, beside those that all of `sim` knows. */
export interface FullContainer extends Container {
  readonly imagePullPolicy?: string;
  readonly terminationMessagePath?: string;
  readonly terminationMessagePolicy?: string;
  readonly restartPolicy?: string;
  readonly ports?: readonly Port[];
  readonly env?: readonly EnvironmentVariable[];
  readonly volumeMounts?: readonly VolumeMount[];
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly startupProbe?: Probe;
  readonly lifecycle?: { readonly postStart?: Handler; readonly preStop?: Handler };
}

/** Containers that lack nothing: most are those of a template, again and again. */
const complete = new WeakSet<Container>();

/** `SetDefaults_Container` and what it contains. */
export function withContainerDefaults(given: Container): Container {
  if (complete.has(given)) return given;
  const container = given as FullContainer;
  const filled = withDefaults(container, {
    resources: {},
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    imagePullPolicy: pullPolicyOf(container.image),
  });
  const inside: Partial<FullContainer> = {
    ...container.ports && { ports: container.ports.map((port) => withDefaults(port, { protocol: "TCP" })) },
    ...container.env && { env: container.env.map(withVariableDefaults) },
    ...container.livenessProbe && { livenessProbe: withProbeDefaults(container.livenessProbe) },
    ...container.readinessProbe && { readinessProbe: withProbeDefaults(container.readinessProbe) },
    ...container.startupProbe && { startupProbe: withProbeDefaults(container.startupProbe) },
    ...container.lifecycle && { lifecycle: withLifecycleDefaults(container.lifecycle) },
  };
  return markComplete(Object.keys(inside).length === 0 ? filled : { ...filled, ...inside });
}

/** This container lacks nothing, and is in its normal form. */
export function markComplete(container: Container): Container {
  complete.add(container);
  return markNormal(container);
}

/** An image without a tag, or with `latest`, is looked for again with each start. */
function pullPolicyOf(image = ""): string {
  const [name, digest] = image.split("@") as [string, string?];
  if (digest !== undefined) return "IfNotPresent";
  const tag = /:([^:/]*)$/.exec(name)?.[1] ?? "latest";
  return tag === "latest" ? "Always" : "IfNotPresent";
}

function withVariableDefaults(variable: EnvironmentVariable): EnvironmentVariable {
  const { valueFrom } = variable;
  if (valueFrom?.fieldRef === undefined) return variable;
  return {
    ...variable,
    valueFrom: { ...valueFrom, fieldRef: withDefaults(valueFrom.fieldRef, { apiVersion: "v1" }) },
  };
}

function withProbeDefaults(probe: Probe): Probe {
  const timed = withDefaults(probe, {
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  });
  const { grpc } = probe;
  return withHandlerDefaults(
    grpc === undefined ? timed : { ...timed, grpc: withDefaults(grpc, { service: "" }) },
  );
}

function withHandlerDefaults<T extends Handler>(handler: T): T {
  const { httpGet } = handler;
  return httpGet === undefined
    ? handler
    : { ...handler, httpGet: withDefaults(httpGet, { path: "/", scheme: "HTTP" }) };
}

function withLifecycleDefaults({ postStart, preStop, ...others }: NonNullable<FullContainer["lifecycle"]>) {
  return {
    ...others,
    ...postStart && { postStart: withHandlerDefaults(postStart) },
    ...preStop && { preStop: withHandlerDefaults(preStop) },
  };
}
