import { textRule } from '../http/field-rules.js';

const ProjectionName = textRule(
  'projectionName',
  (text) => /^[a-z][a-z0-9-]{0,62}$/.test(text),
  'must be the name of a projection: GET /v0/projections lists them',
);

/** `/projections/{projectionName}/…` */
export class ProjectionPathDto {
  @ProjectionName()
  projectionName!: string;
}

/** Why a projection stopped, and at which event. */
export class ProjectionFaultDto {
  message!: string;
  /** Position of the event that it cannot take, when it is known. */
  position?: string;
  stream?: string;
}

/** A generation that is built beside the one that queries see. */
export class ProjectionRebuildDto {
  /** How far it has come. */
  checkpoint?: string;
  eventsProcessed!: number;
  /** In the whole log. */
  eventsInLog!: number;
  fault?: ProjectionFaultDto;
}

/** Where a projection stands. */
export class ProjectionDto {
  name!: string;
  version!: number;
  state!: 'starting' | 'catching-up' | 'live' | 'paused' | 'stopped' | 'failed';
  /** Whether its tables may be queried. */
  ready!: boolean;
  /** The position that queries have passed. */
  checkpoint?: string;
  /** The last position it has heard of. */
  head?: string;
  /** Milliseconds from an event to its projection, of the last batch. */
  lagMs!: number;
  /** Since it was built. */
  eventsProcessed!: number;
  /** In the whole log. */
  eventsInLog!: number;
  fault?: ProjectionFaultDto;
  rebuild?: ProjectionRebuildDto;
}
