/** What becomes of an object. `recreate`: deleted and made again, as what differs in it cannot be changed. */
export type PreviewAction = 'create' | 'update' | 'unchanged' | 'delete' | 'recreate' | 'run';

/** A field that would be another: its path as people write it, and both values as they are drawn; secrets are hidden in them. */
export interface FieldChange {
  path: string;
  /** Undefined where the field is not there. */
  before?: string;
  after?: string;
}

export interface PreviewedChange {
  /** `Deployment/tars-backend`, or what else is acted on: `release/rancher`, `host/10.0.0.5`. */
  object: string;
  /** Of an object that has one. */
  namespace?: string;
  action: PreviewAction;
  fields?: FieldChange[];
  /** Data that is lost by it, by name: volumes, databases. */
  data?: string[];
  /** What else is to be known: why it cannot be told, who owns a field. */
  note?: string;
  /** Where an earlier step of the plan changes one of these objects of the same namespace, this becomes of it instead. */
  follows?: { objects: readonly string[]; change: PreviewedChange };
}

/** What a step would do. */
export interface StepPreview {
  /** `partly`, `cannot preview`: what is not known yet, e.g. in a namespace that is still to be made. */
  certainty: 'previewed' | 'partly' | 'cannot preview';
  summary: string;
  changes: PreviewedChange[];
  /** Why it is not known whole. */
  why?: string;
}
