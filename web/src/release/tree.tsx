import type { LiveNode } from '../api/types.js';
import { Said, useLanguage } from '../i18n/language.js';
import { Status, type Tone } from '../ui/status.js';

const TONES: Readonly<Record<LiveNode['health'], Tone>> = {
  good: 'good',
  busy: 'busy',
  bad: 'bad',
  idle: 'calm',
};

/** Canary, revisions, workloads and pods as the cluster has them. */
export function Tree({ tree }: { readonly tree: readonly LiveNode[] }) {
  const { t } = useLanguage();
  if (tree.length === 0) return null;
  return (
    <section className="card" aria-labelledby="tree-title">
      <h2 id="tree-title">{t.tree.title}</h2>
      <Nodes nodes={tree} />
    </section>
  );
}

function Nodes({ nodes }: { readonly nodes: readonly LiveNode[] }) {
  return (
    <ul className="tree">
      {nodes.map((node, index) => (
        // A revision may be the stable one and the canary at once.
        <li key={`${index} ${node.kind} ${node.name}`}>
          <div className="tree-node">
            <span className="tree-kind">{node.kind}</span>
            <span className="tree-name">{node.name}</span>
            <Status tone={TONES[node.health]}>
              <Said>{node.status}</Said>
            </Status>
            {node.detail !== undefined && (
              <span className="muted">
                <Said>{node.detail}</Said>
              </span>
            )}
          </div>
          {node.children.length > 0 && <Nodes nodes={node.children} />}
        </li>
      ))}
    </ul>
  );
}
