import type { PodSpec, PodTemplate } from "../objects.ts";
import { withContainerDefaults } from "./container_defaults.ts";
import { markNormal } from "./normalizing.ts";
import { mapped, withDefaults, withFields } from "./with_defaults.ts";

export interface Volume {
  readonly name?: string;
  readonly emptyDir?: object;
  readonly hostPath?: { readonly path?: string; readonly type?: string };
  readonly configMap?: { readonly name?: string; readonly defaultMode?: number };
  readonly secret?: { readonly secretName?: string; readonly defaultMode?: number };
  readonly downwardAPI?: { readonly defaultMode?: number };
  readonly projected?: { readonly defaultMode?: number };
}

const DEFAULTS: Partial<PodSpec> = {
  restartPolicy: "Always",
  terminationGracePeriodSeconds: 30,
  dnsPolicy: "ClusterFirst",
  securityContext: {},
  schedulerName: "default-scheduler",
};

/** Octal 0644. */
const FILE_MODE = 420;

/** Specs that lack nothing of what a template's has. */
const complete = new WeakSet<PodSpec>();

/** `SetDefaults_PodSpec` and what it contains: for templates, and the first half of what a pod gets. */
export function withPodSpecDefaults(given: PodSpec): PodSpec {
  if (complete.has(given)) return given;
  const spec = withServiceAccount(withDefaults(given, DEFAULTS));
  const { containers, initContainers } = spec;
  const volumes = spec["volumes"] as readonly Volume[] | undefined;
  const result = withFields(spec, {
    ...containers && { containers: mapped(containers, withContainerDefaults) },
    ...initContainers && { initContainers: mapped(initContainers, withContainerDefaults) },
    ...volumes && { volumes: mapped(volumes, withVolumeDefaults) },
  });
  complete.add(result);
  return markNormal(result);
}

export function withTemplateDefaults(template: PodTemplate): PodTemplate {
  const given = template.spec ?? ({} as PodSpec);
  const spec = withPodSpecDefaults(given);
  const { metadata = {} } = template;
  return spec === template.spec && metadata === template.metadata ? template : { ...template, metadata, spec };
}

/** The older name of the field is kept alike. */
function withServiceAccount(spec: PodSpec): PodSpec {
  const name = spec["serviceAccountName"] ?? spec["serviceAccount"];
  return name === undefined ? spec : withDefaults(spec, { serviceAccountName: name, serviceAccount: name });
}

function withVolumeDefaults(volume: Volume): Volume {
  const { configMap, secret, downwardAPI, projected, hostPath } = volume;
  if (Object.keys(volume).every((key) => key === "name")) return { ...volume, emptyDir: {} };
  return withFields(volume, {
    ...configMap && { configMap: withDefaults(configMap, { defaultMode: FILE_MODE }) },
    ...secret && { secret: withDefaults(secret, { defaultMode: FILE_MODE }) },
    ...downwardAPI && { downwardAPI: withDefaults(downwardAPI, { defaultMode: FILE_MODE }) },
    ...projected && { projected: withDefaults(projected, { defaultMode: FILE_MODE }) },
    ...hostPath && { hostPath: withDefaults(hostPath, { type: "" }) },
  });
}
