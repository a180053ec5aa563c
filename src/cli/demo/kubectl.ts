import * as keys from "../../domain/keys.ts";
import type { EmbeddedCluster } from "../../sim/cluster.ts";
import type { Deployment, PodDisruptionBudget } from "../../sim/objects.ts";
import { BUDGETS, DEPLOYMENTS, STATEFUL_SETS } from "../../sim/resources.ts";
import { budgetOf, manifestOf, NAMESPACE, WORKLOADS } from "./cast.ts";
import type { Ledger } from "./ledger.ts";

/** What a person does to the cluster in the story: told as the command that would do it. */
export class Kubectl {
  readonly #cluster: EmbeddedCluster;
  readonly #ledger: Ledger;

  constructor(cluster: EmbeddedCluster, ledger: Ledger) {
    this.#cluster = cluster;
    this.#ledger = ledger;
  }

  /** All workloads and their budgets at once. */
  async apply(): Promise<void> {
    this.#tell("apply -f shop.yaml");
    const { api } = this.#cluster;
    for (const workload of WORKLOADS) {
      await api.create(BUDGETS, budgetOf(workload));
      await api.create(workload.kind === "Deployment" ? DEPLOYMENTS : STATEFUL_SETS, manifestOf(workload));
    }
  }

  setImage(name: string, image: string): void {
    this.#tell(`set image deployment/${name} ${name}=${image}`);
    this.#change(name, (deployment) => {
      const { template } = deployment.spec;
      const containers = template.spec.containers.map((container) => ({ ...container, image }));
      const spec = { ...deployment.spec, template: { ...template, spec: { ...template.spec, containers } } };
      return { ...deployment, spec };
    });
  }

  scale(name: string, replicas: number): void {
    this.#tell(`scale deployment/${name} --replicas=${replicas}`);
    this.#change(name, (deployment) => ({ ...deployment, spec: { ...deployment.spec, replicas } }));
  }

  askForSpot(name: string, percentage: number): void {
    this.#tell(`annotate deploy/${name} ${keys.SPOT_PERCENTAGE}=${percentage} --overwrite`);
    this.#change(name, ({ metadata, ...rest }) => {
      const annotations = { ...metadata.annotations, [keys.SPOT_PERCENTAGE]: String(percentage) };
      return { ...rest, metadata: { ...metadata, annotations } };
    });
  }

  /** How many pods of a workload may be away at once. */
  allowUnavailable(name: string, maxUnavailable: number): void {
    this.#tell(`patch pdb/${name} -p '{"spec":{"maxUnavailable":${maxUnavailable}}}'`);
    const { api } = this.#cluster;
    const budget = api.get<PodDisruptionBudget>(BUDGETS, { namespace: NAMESPACE, name });
    api.update(BUDGETS, { ...budget, spec: { ...budget.spec, maxUnavailable } });
  }

  #change(name: string, change: (deployment: Deployment) => Deployment): void {
    const { api } = this.#cluster;
    api.update(DEPLOYMENTS, change(api.get<Deployment>(DEPLOYMENTS, { namespace: NAMESPACE, name })));
  }

  #tell(command: string): void {
    this.#ledger.tell("you", `kubectl ${command}`);
  }
}
