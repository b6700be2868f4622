import { z } from 'zod';
import { scalar } from '../step-shapes.ts';

/** Who is asked, and for what: of an `http` step, and of a check's source. */
export const askedShape = {
  service: z.string().optional().describe('`name:port` of a Service in the namespace'),
  ingress: z.string().optional().describe('Name of an Ingress'),
  namespace: z.string().min(1).optional().describe('Of the Service or Ingress; the step’s own unless said'),
  url: z.string().optional().describe('Any other URL'),
  host: z.string().optional().describe('The Host header; of an Ingress its first host unless said'),
  path: z.string().optional().describe('`/` unless said'),
  headers: z.record(z.string(), scalar).optional(),
};

/** For `refine`: one of those who can be asked is named, and not two. */
export const oneIsAsked = ({ service, ingress, url }: { service?: unknown; ingress?: unknown; url?: unknown }) =>
  [service, ingress, url].filter((one) => one !== undefined).length === 1;
export const oneIsAskedFault = 'give one of `service`, `ingress` and `url`';
