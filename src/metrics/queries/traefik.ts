const PORT = '[0-9a-zA-Z-]+';

/**
 * A matcher of the label `service`, for a Service behind the TraefikService generated for the Canary. Traefik's name
 * consists of its namespace, name and port; with `safeNaming` (from 3.7.11 on) that follows the name of the
 * TraefikService that leads to it, with underscores between the parts.
 *
 * @param name of the Kubernetes Service; may hold a template's fields, and an alternation in parentheses
 */
export function traefikService(name: string): string {
  const older = `{{ namespace }}-${name}-${PORT}`;
  const safe = `{{ namespace }}_{{ service }}_wrr_[0-9]+_{{ namespace }}_${name}_${PORT}`;
  return `service=~"(${older}|${safe})@kubernetescrd"`;
}
