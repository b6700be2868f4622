import { z } from 'zod';
import type { StepKind } from '../step-kind.ts';
import { scalar } from './step-shapes.ts';

const shape = {
  http: z
    .strictObject({
      service: z.string().optional().describe('`name:port` of a Service in the namespace'),
      ingress: z.string().optional().describe('Name of an Ingress'),
      url: z.string().optional().describe('Any other URL'),
      host: z.string().optional().describe('The Host header; of an Ingress its first host unless said'),
      path: z.string().optional().describe('`/` unless said'),
      method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']).optional(),
      headers: z.record(z.string(), scalar).optional(),
      body: z.json().optional().describe('A text is sent as it is, anything else as JSON'),
      expect: z.string().optional().describe('CEL over `status`, `headers`, `body`; a status below 400 unless said'),
    })
    .describe('A request and what its answer must be'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;

const locals = ['status', 'headers', 'body'];

/** Sends a request and judges its answer. */
export const httpStep: StepKind<Config> = {
  name: 'http',
  description: 'Sends a request to a Service, an Ingress or a URL and judges the answer',
  shape,
  effects: 'none',
  expressions: [{ path: 'http.expect', locals }],
  async run() {
    throw new Error('not yet');
  },
  equivalent: async () => [],
};
