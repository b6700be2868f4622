import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../src/base/package-root.ts';

/** The helm that was compiled beside the control plane. Undefined where nobody did that yet. */
export function compiledProgram(name: 'helm' | 'kubectl'): string | undefined {
  const cache = join(packageRoot(), 'node_modules', '.cache', 'control-plane');
  const versions = existsSync(cache) ? readdirSync(cache) : [];
  return versions.map((version) => join(cache, version, name)).find((path) => existsSync(path));
}

/** Files of a chart with a Deployment, a ConfigMap and a Secret. */
export function chartFiles(version: string, extra: Record<string, string> = {}): Record<string, string> {
  return {
    'chart/Chart.yaml': `apiVersion: v2\nname: shop\nversion: ${version}\nappVersion: "9"\n`,
    'chart/values.yaml': 'greeting: hello\nreplicas: 1\npassword: none\n',
    'chart/templates/config.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: '{{ .Release.Name }}-config' }
data: { greeting: '{{ .Values.greeting }}', note: 'signed with {{ .Values.password }}' }
`,
    'chart/templates/secret.yaml': `apiVersion: v1
kind: Secret
metadata: { name: '{{ .Release.Name }}-secret' }
stringData: { password: '{{ .Values.password }}' }
`,
    'chart/templates/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: { name: '{{ .Release.Name }}' }
spec:
  replicas: {{ .Values.replicas }}
  selector: { matchLabels: { app: '{{ .Release.Name }}' } }
  template:
    metadata: { labels: { app: '{{ .Release.Name }}' } }
    spec: { containers: [{ name: web, image: nginx }] }
`,
    ...extra,
  };
}
