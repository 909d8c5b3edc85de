/**
 * Loaded into npm before itself. npm passes over an optional package whose `engines` exclude the Node that npm runs
 * under, and says nothing; but what it installs here will run under the pinned Node, so that is the version to judge by.
 */
Object.defineProperty(process, 'version', { value: process.env.TREFF_PINNED_NODE });
