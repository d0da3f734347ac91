import { invalid, type Finding } from '../finding.js';
import { about, sourcesOf, templateKey, type Known, type Lint, type Subject } from '../subject.js';

/** Objects that the Canary refers to: missing, wrong, or not read. */
export const referencesHold: Lint = (subject) => referencesOf(subject).flatMap((one) => complaintAbout(subject, one));

interface Reference {
  readonly field: string;
  /** `Deployment/podinfo`. */
  readonly title: string;
  readonly known: Known<unknown>;
}

function referencesOf(subject: Subject): readonly Reference[] {
  const { targetRef, autoscalerRef, routeRef } = subject.canary;
  const named = (field: string, kind: string, name: string, known: Known<unknown>): Reference => ({
    field: `${field}.name`,
    title: `${kind}/${name}`,
    known,
  });
  return [
    ...[subject.target ?? subject.service].flatMap((target) =>
      target ? [named('spec.targetRef', targetRef.kind, targetRef.name, target)] : [],
    ),
    ...(autoscalerRef && subject.autoscaler
      ? [named('spec.autoscalerRef', autoscalerRef.kind, autoscalerRef.name, subject.autoscaler)]
      : []),
    ...(routeRef && subject.route ? [named('spec.routeRef', routeRef.kind, routeRef.name, subject.route)] : []),
    ...templateReferences(subject),
    ...alertReferences(subject),
  ];
}

function templateReferences({ canary, templates }: Subject): readonly Reference[] {
  return sourcesOf(canary).flatMap(({ field, source }) => {
    if (source.kind !== 'template') return [];
    const known = templates.get(templateKey(source.templateRef)) ?? { state: 'unknown' };
    const { name, namespace } = source.templateRef;
    const title = `MetricTemplate/${name}${namespace === canary.namespace ? '' : `.${namespace}`}`;
    return [{ field: `${field}.templateRef.name`, title, known }];
  });
}

function alertReferences({ canary, alertProviders }: Subject): readonly Reference[] {
  return canary.analysis.alerts.map(({ providerRef: { name, namespace } }, index) => ({
    field: `spec.analysis.alerts[${index}].providerRef.name`,
    title: `AlertProvider/${name}${namespace === canary.namespace ? '' : `.${namespace}`}`,
    known: alertProviders.get(templateKey({ name, namespace }))?.known ?? { state: 'unknown' },
  }));
}

function complaintAbout(subject: Subject, { field, title, known }: Reference): readonly Finding[] {
  switch (known.state) {
    case 'found':
      return [];
    case 'missing':
      return [
        about(subject, {
          rule: 'missing-object',
          severity: 'error',
          field,
          value: title,
          message: `there is no ${title}, neither in the file nor in the cluster`,
          remedy: 'create it, or correct the name',
        }),
      ];
    case 'broken':
      return [invalid(title, known.refusal)];
    case 'unknown':
      return [
        about(subject, {
          rule: 'not-looked-at',
          severity: 'info',
          field,
          value: title,
          message: `${title} was not looked at: ${known.why ?? 'it is not in the file'}`,
          remedy:
            known.why === undefined
              ? 'add it to the file, or have the cluster looked at (--cluster)'
              : 'have the right granted to read it',
        }),
      ];
  }
}

/** Two autoscalers that scale the same target, or two owners of its traffic. */
export const targetIsOurs: Lint = (subject) => {
  const { targetRef } = subject.canary;
  if (subject.rivals.length === 0) return [];
  return [
    about(subject, {
      rule: 'shared-target',
      severity: 'error',
      field: 'spec.targetRef.name',
      value: targetRef.name,
      message: `${subject.rivals.join(', ')} releases the same ${targetRef.kind}: each undoes what the other does`,
      remedy: 'delete one of the Canaries, or give it a target of its own',
    }),
  ];
};
