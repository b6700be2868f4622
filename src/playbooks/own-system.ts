/** What stands in the place of a system's name where the system that is looked at is meant: `system/deploy`. */
export const ownSystem = 'system/';
