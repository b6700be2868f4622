/** Where the things are that give a secret away. */
export interface Leaks {
  /** Of a server that answers everything with the secret. */
  url: string;
}

const leak = '\u0024{{ system.title }}';
const exec = 'exec: { in: Pod/box, command: [sh, -c, "cat; cat /tmp/leak.txt"], stdin: { secret: mark } }';
const below = `
      - title: Inside
        ${exec}`;

/**
 * A step of each kind through whose hands a secret goes: it is given one, or what it talks to says one, plainly and encoded, or
 * somebody has written one where it does not belong. Whether the step comes to a good end is of no account.
 */
export const leakingSteps: Record<string, (leaks: Leaks) => string> = {
  apply: () => `apply: leaky.yaml
    set: [{ select: ConfigMap/leaky, path: metadata.labels.leak, value: '${leak}' }]`,
  delete: () => `delete: { objects: ['ConfigMap/${leak}'] }`,
  wait: () => `wait: { ready: ['Pod/${leak}'] }
    timeout: 1s`,
  http: ({ url }) => `http: { url: '${url}', headers: { x-leak: '${leak}' }, expect: 'false' }`,
  exec: () => `${exec}
    on-failure: continue
  - title: Into a file
    exec: { in: Pod/box, command: [sh, -c, "cat; cat /tmp/leak.txt; cat >&2 /tmp/leak.txt"], stdin: { secret: mark }, to: { file: 'out/${leak}.txt', complete: '${leak}' } }
    on-failure: continue
  - title: Out of a file
    exec: { in: Pod/box, command: [sh, -c, "cat; cat >&2 /tmp/leak.txt; exit 1"], stdin: { path: leak.txt, before: '${leak}' } }`,
  copy: () => `copy: { in: Pod/box, from: leak.txt, to: 'pod:/tmp/${leak}' }`,
  'port-forward': () => `port-forward: { to: 'Pod/${leak}:80' }`,
  promql: ({ url }) => `promql: { url: '${url}', query: 'up{x="${leak}"}', token: mark }`,
  check: () => `check:
      collect: { said: { logs: { of: Pod/talks } }, printed: { exec: { in: Pod/box, command: [cat, /tmp/leak.txt] } } }
      findings:
        - { title: 'It is not ${leak}', expect: 'false', expected: nothing, observed: '${leak}', cause: '${leak}', fix: { playbook: test/inner, title: '${leak}' } }
        - { title: Said, expect: 'said.size() == 0', expected: nothing, observed: '\u0024{{ printed.stdout }}', evidence: ['\u0024{{ said[0].lines.join("\\n") }}'] }`,
  secret:
    () => `secret: { name: marked, keys: { A: mark, B: { file: leak.txt }, C: { value: '${leak}' }, D: { list: { add: 'one,${leak}', shown: true } } } }
    outputs: { leaked: system.title }`,
  certificate: () => `certificate: { check: '${leak}' }`,
  scale: () => `scale: { workload: 'Deployment/${leak}', replicas: 1 }`,
  rollout: () => `rollout: { restart: 'Deployment/${leak}' }`,
  patch: () => `patch: { object: ConfigMap/kube-root-ca.crt, merge: { metadata: { labels: { leak: '${leak}' } } } }`,
  label: () => `label: { objects: [ConfigMap/kube-root-ca.crt], labels: { leak: '${leak}' } }`,
  logs: () => 'logs: { of: Pod/talks }',
  load: () => `load: { scenario: load.yaml, url: 'http://127.0.0.1:1/${leak}' }`,
  confirm: () => `confirm: { text: 'Is it ${leak}?', details: ['${leak}'] }`,
  input: () => `input: { name: other, text: 'Is it ${leak}?', default: '${leak}' }`,
  playbook: () => 'playbook: test/inner',
  parallel: () => `parallel:${below}`,
  foreach: () => `foreach: ['${leak}', two]
    steps:${below}`,
  helm: () => `helm: { release: marked, chart: ./chart, secret-values: { password: mark } }`,
  kustomize: () => 'kustomize: overlay',
  command: () => 'command: { run: [spill], stdin: { input: mark } }',
  ssh: () => `ssh: { hosts: [node-1], script: 'echo $TOKEN', secret-env: { TOKEN: mark } }`,
  file: () => `file: { path: out.txt, content: '${leak}' }`,
  image: () =>
    `image: { tag: 'registry.example/web:1', build: test/overlay, push: true, username: robot, password: mark }`,
  refer: () => `refer: { from: 'Secret/${leak}', to: 'Secret/next-${leak}' }`,
  save: () => `save: { logs: { since: 3600 }, file: 'out/logs-${leak}.txt' }
    on-failure: continue
  - title: Objects
    save: { objects: { kinds: [ConfigMap, Secret], passphrase: mark }, file: 'out/objects-${leak}.yaml' }`,
  'put-back': () => `put-back: { file: leak.txt, passphrase: mark }
    on-failure: continue
  - title: Of another name
    put-back: { file: 'out/${leak}.yaml', passphrase: mark }`,
  kubeconfig: () => `kubeconfig: { from: { command: [spill] }, name: box, into: out/kubeconfig }
    on-failure: continue
  - title: No kubeconfig
    kubeconfig: { from: { file: leak.txt }, name: box, into: out/kubeconfig }
    on-failure: continue
  - title: With a token
    kubeconfig: { from: { file: test/kubeconfig }, name: 'box-${leak}', test: false, into: out/kubeconfig }`,
  watch: ({ url }) => `watch:
      for: 1s
      every: 10ms
      collect: { said: { logs: { of: Pod/talks } }, answered: { http: { url: '${url}' } } }
      say: '\u0024{{ said[0].lines.join(" ") }}'
      limits: [{ title: 'It is not ${leak}', expect: 'false', observed: '\u0024{{ said[0].lines.join(" ") }}' }]
      offer: { text: 'Goes back to ${leak}', label: '${leak}' }`,
};
