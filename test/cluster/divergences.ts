/** Where the sandbox means to answer otherwise than Kubernetes. Everything that is not here is the same, or a fault. */
export const divergences = {
  'aggregated-apis':
    'an APIService of a Service is stored and listed, not called: whether it is available stays unknown',
  'webhook-programs':
    'a webhook whose Service has ready pods of the sandbox lets everything through, with a warning: their programs speak no TLS and know nothing of reviews',
  'webhook-subresources':
    'webhooks are not asked about scale, bindings, evictions and connections, nor a second time when one behind them has changed the object',
  'node-taint':
    'a Node is not tainted as not ready when it is created: those of the sandbox are ready with their first status',
  'certificate-requests':
    'a CertificateSigningRequest is stored and listed, not signed, and does not say who asked for it',
  'attributes-class-protection': 'a VolumeAttributesClass has no finalizer: nothing would take it off',
  'pod-template-hash':
    'hashes in names of ReplicaSets and revisions are of the JSON of a template, not of how Go lays it out: other values, same properties',
  'pod-addresses':
    'proxies of pods and Services answer on the sandbox alone: nothing leads from a bare control plane to an address of a pod',
  'pod-security-rest':
    'a security standard of a namespace is not held against sysctls, SELinux, AppArmor, procMount and hosts of probes, nor by its version',
  'behavior-seconds': 'the speed of a sandbox also shortens the seconds that an autoscaler states in `behavior`',
  'protobuf-answers': 'bodies are read as protobuf, answers are JSON or YAML: protobuf alone is not acceptable',
  'body-depth': 'a body is 500 levels deep at most, not 10,000: objects are walked by recursion',
  'cel-functions':
    "a rule that calls what only Kubernetes' own CEL has (sets, lists, format) passes for every object, with a warning",
  'whole-specs':
    'where a refusal shows a whole spec, or the difference of two, as Go prints it, the sandbox shows what was sent, or nothing',
  'empty-lists': 'an empty list counts as one that was left out (the policies of an autoscaler get their defaults)',
} as const satisfies Record<string, string>;

export type Divergence = keyof typeof divergences;
