/** How much faster than a cluster the sandbox of a rehearsal is: pods start sooner, controllers look oftener. Nothing else. */
export const rehearsalSpeed = 5;
