import type { Statement } from './statement.js';

const ROUTERS = 'kubernetes/router-contract.ts';

/** 10.1: what Flagger's own tests assert beyond the lifecycle, by number. */
export const ASSERTED: Readonly<Record<number, Statement>> = {
  16: {
    says: 'readiness: generation, new replicas, termination, available',
    shown: {
      'workloads/readiness.test.ts': [
        'isn’t before the controller has seen the change, while pods are replaced, and until enough are available',
      ],
    },
  },
  17: {
    says: 'readiness: not retriable beyond a deadline',
    shown: {
      'workloads/readiness.test.ts': [
        'is beyond help when its own deadline or the Canary’s has passed',
        'is beyond help when nothing has moved for longer than the deadline, and not before',
      ],
    },
  },
  18: {
    says: 'readiness: threshold 50',
    shown: {
      'workloads/readiness.test.ts': [
        'by a threshold of 50 percent 2 of 4 are enough and 1 isn’t; of a single one, none never is',
        'by a threshold of 50 percent 2 of 4 are enough and 1 isn’t',
      ],
    },
  },
  19: {
    says: 'what a change is',
    shown: {
      'contract/lifecycle.test.ts': ['19: the template that was promoted is no change, another one is'],
      'kubernetes/workloads.test.ts': ['what is changed is a revision, and nothing else is'],
    },
  },
  20: {
    says: 'checksum of configs and spec',
    shown: {
      'webhooks/payload.test.ts': [
        'is short, and does not depend on the order of the configs',
        'differs when the template or any config differs',
      ],
    },
    differs: "The payload's checksum is FNV over Go's types",
  },
  21: {
    says: 'API errors while configs are read are errors',
    shown: {
      'contract/changes.test.ts': ['21: an API error while configs are read is an error, not "unchanged"'],
      'kubernetes/configs.test.ts': ['one that pods need and that isn’t there is named; it is no revision without it'],
    },
  },
  22: {
    says: 'mandatory, optional and disabled configs',
    shown: {
      'workloads/configs.test.ts': [
        'every reference is found, and whether pods start without it',
        'what is needed once is needed',
      ],
      'kubernetes/configs.test.ts': [
        'what is marked, what pods start without, and what isn’t the application’s, isn’t tracked',
      ],
    },
  },
  23: {
    says: 'copies of configs',
    shown: {
      'workloads/configs.test.ts': ['references to what is tracked lead to copies, all others stay'],
      'kubernetes/configs.test.ts': ['each of two Canaries that use one ConfigMap has a copy of its own'],
    },
    differs: 'Canaries that use one ConfigMap share its copy',
  },
  24: {
    says: 'the selector label’s value is another than the name',
    shown: {
      'kubernetes/services.test.ts': [
        '${kind}: the apex and the primary lead to the primary, the canary to the target',
      ],
    },
  },
  25: {
    says: 'Flux’s checksums never reach the primary, included prefixes do',
    shown: {
      'workloads/primary.test.ts': ['labels and annotations with an included prefix are taken along, Flux’s never'],
    },
  },
  26: {
    says: 'anti-affinity and topology spread',
    shown: {
      'workloads/affinity.test.ts': [
        'where the target is named by a selector label, the primary is meant',
        'everything else stays: other labels, other values, other kinds of affinity',
      ],
    },
  },
  27: {
    says: 'without config tracking',
    shown: { 'kubernetes/configs.test.ts': ['without tracking there are no copies, and names stay'] },
  },
  28: {
    says: 'port discovery',
    shown: {
      'workloads/ports.test.ts': [
        'with it all ports of the pod, the main one once: by number, by another number, by name',
      ],
    },
  },
  29: {
    says: 'what Services look like',
    shown: {
      'kubernetes/services.test.ts': [
        'all that a spec says of the Services',
        'what is bent is put right, what belongs to others is left alone',
        'a Service that was there before leads to the primary and stays its users’',
      ],
    },
  },
  30: {
    says: 'Services at the end',
    shown: {
      'kubernetes/services.test.ts': [
        'it is given back: to the target, or to whom kubectl has applied it; what was made for the Canary is left to go with it',
      ],
    },
    differs: 'stays for ever where its target is missing',
  },
  31: {
    says: 'autoscalers',
    shown: {
      'kubernetes/autoscalers.test.ts': [
        'the target’s is missing: it is named, and nothing is scaled by a guess',
        'a promotion takes the target’s changes over, and leaves the number of pods to the autoscaler',
        'the Canary’s own bounds win, in promotions too',
        'is paused while its target is at zero, and resumed before the target grows; the primary’s never is',
      ],
      'workloads/autoscalers.test.ts': [
        'asks for the primary where the target’s asks for the target or its canary, and nowhere else',
      ],
    },
  },
  32: {
    says: 'weights round-trip for every provider',
    shown: { [ROUTERS]: ['divides the traffic at any weight, and shows how'] },
  },
  33: {
    says: 'Skipper’s predicates',
    shown: {
      [ROUTERS]: ['makes exactly its objects, and names them'],
      'kubernetes/routers/skipper.ts': ['Weight(100) && Method("GET") && False()'],
    },
  },
  34: {
    says: 'NGINX’ annotations',
    shown: {
      'routers/nginx.test.ts': ['a controller with annotations of its own is spoken to by those, and no other'],
      'kubernetes/routers/nginx.ts': ['canary-by-header-pattern', 'canary-by-cookie'],
    },
  },
  35: {
    says: 'HTTPRoutes',
    shown: {
      'kubernetes/gatewayapi.test.ts': [
        'a Gateway that has not accepted the route as it is now is said; one that says nothing does not count',
        'a route of somebody is taken over: metadata and other rules stay, it does not become the Canary’s',
        'a client that has met the canary stays there for as long as that canary is tried, and loses its cookie after',
        'a cookie joins the headers that the service adds',
      ],
      'kubernetes/routers/gatewayapi.ts': [
        'headers, another path and host, and copies for somebody else, in this order',
        'timeouts and other origins',
      ],
      [ROUTERS]: ['leaves alone what users have added', 'keeps the weights when the objects are made right'],
    },
  },
  36: {
    says: 'Istio',
    shown: {
      'routers/istio.test.ts': [
        'has the hosts and gateways of the Canary, and the host of the service unless all are meant',
        'has neither where another one delegates to it, and says so where they are asked for',
        'copies requests while it mirrors, all of them or a share',
        'divides connections where the service is no HTTP',
      ],
      'kubernetes/istio.test.ts': [
        'a VirtualService that was there before is taken over, and says again at the end what it said',
        'what kubectl was given last is what is put back',
      ],
    },
  },
  37: {
    says: 'APISIX: two backends, 50/50 on both',
    shown: {
      [ROUTERS]: ['divides the traffic at any weight, and shows how'],
      'kubernetes/routers/apisix.ts': ['storefront-cart-canary'],
    },
  },
  38: {
    says: 'Knative: no routes without the annotation',
    shown: {
      'crds/targets.test.ts': [
        'a target that can’t be released is refused by its field and value, with a remedy; all others have a workload',
      ],
    },
    differs: 'Gloo, Kuma, Knative',
  },
  39: {
    says: 'webhooks: payload, answers, retries, TLS',
    shown: {
      'webhooks/payload.test.ts': ["has Flagger's keys in Flagger's order, and sorted metadata"],
      'webhooks/call.test.ts': ['${status} is a success', '5xx and 429 are asked again until they succeed'],
      'webhooks/retry.test.ts': ['which answers succeed and which are asked again'],
      'webhooks/tls.test.ts': ['is taken with disableTLS'],
    },
  },
  40: {
    says: 'metrics without or with several sources',
    shown: {
      'metrics/evaluate.test.ts': [
        'a metric that nothing is known about fails where templates are read',
        'an inline query is no template',
        'built-in checks and inline queries in list order, then templates',
        'credentials of the template’s namespace',
      ],
      'crds/refusals.test.ts': ['references within the namespace, where others are blocked'],
    },
  },
  41: {
    says: 'Prometheus',
    shown: {
      'metrics/prometheus/prometheus.test.ts': [
        'prometheus: answers',
        'token before password',
        'custom headers, with several values',
        'user-info of the address is basic authentication, and is never told',
      ],
    },
  },
  42: {
    says: 'every metrics provider: credentials, empty answers, several values',
    shown: {
      'metrics/provider-contract.ts': ['${is}: no values found', 'of several points: ${subject.ofSeveral}'],
      'metrics/datadog/datadog.test.ts': ['can’t be used with ${what}'],
      'metrics/splunk/splunk.test.ts': ['two time series'],
    },
  },
  43: {
    says: 'load tester: bash, output, one run at a time',
    shown: {
      'loadtest/loadtester.test.ts': ['bash is waited for', 'is queued once, and not started while it runs'],
    },
  },
  44: {
    says: 'validation, finalizer, an unready target at the end',
    shown: {
      'crds/refusals.test.ts': ['references within the namespace, where others are blocked'],
      'crds/targets.test.ts': [
        'a target that can’t be released is refused by its field and value, with a remedy; all others have a workload',
      ],
      'contract/changes.test.ts': ['44: a Canary that is deleted waits for its target to be ready before it goes'],
      'release/lifecycle.shared.test.ts': [
        'revertOnDeletion gives the target its pods and its Service back; no request fails',
      ],
    },
  },
};
