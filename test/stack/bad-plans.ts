/** Recovery plans that cannot be right. */
import type { BadDefinition } from "./good-definition.ts";

const plan = "{ name: shop, groups: [[db1], [web1]] }";

export const badPlans: readonly BadDefinition[] = [
  [
    "a machine of a group with steps that is not declared",
    "[web1]]",
    "{ machines: [¦web2], after: [{ manual: look }] }]",
    "plans[0].groups[1].machines[0]: there is no machine 'web2'; did you mean 'web1'?",
  ],
  [
    "a group that is neither form",
    "[web1]]",
    "¦web1]",
    "plans[0].groups[1]: 'web1' is not an array or object",
  ],
  [
    "a group without machines",
    "[web1]]",
    "¦{ after: [] }]",
    "plans[0].groups[1].machines: is required and is missing",
  ],
  [
    "a step of both sorts",
    plan,
    "{ name: shop, groups: [[db1]], move: { before: [¦{ script: check.sh, manual: look }] } }",
    "plans[0].move.before[0]: is neither a script nor a manual step, or both",
  ],
  [
    "a step of no sort",
    plan,
    "{ name: shop, groups: [[db1]], shutdown: { after: [¦{ name: look }] } }",
    "plans[0].shutdown.after[0]: is neither a script nor a manual step, or both",
  ],
  [
    "a manual step with a timeout",
    plan,
    "{ name: shop, groups: [{ machines: [db1], before: [{ manual: look, timeout: ¦PT5M }] }] }",
    "plans[0].groups[0].before[0].timeout: is for scripts",
  ],
  [
    "a timeout that is none",
    plan,
    "{ name: shop, groups: [[db1]], move: { before: [{ script: check.sh, timeout: ¦5 minutes }] } }",
    "plans[0].move.before[0].timeout: '5 minutes' is not legal: a duration such as PT5M or PT1H30M is wanted",
  ],
  [
    "an occasion that is not known",
    plan,
    "{ name: shop, groups: [[db1]], move: { before: [{ script: check.sh, on: [¦drill] }] } }",
    "plans[0].move.before[0].on[0]: 'drill' is not one of planned, unplanned, test or failback",
  ],
  [
    "a script that is not there",
    plan,
    "{ name: shop, groups: [[db1]], move: { before: [{ script: ¦gone.sh }] } }",
    "plans[0].move.before[0].script: there is no file",
  ],
  [
    "a script outside of the definition's folder",
    plan,
    "{ name: shop, groups: [[db1]], move: { before: [{ script: ¦../../bin/sh }] } }",
    "plans[0].move.before[0].script: '../../bin/sh' leads out of the definition's folder",
  ],
  [
    "a script that is a link out of the definition's folder",
    plan,
    "{ name: shop, groups: [[db1]], move: { before: [{ script: ¦link.sh }] } }",
    "plans[0].move.before[0].script: 'link.sh' is a link that leads out",
  ],
  [
    "a machine that says another side than its plan",
    /- \{ name: db1 \}[\s\S]*web1\]\] \}/,
    "- { name: db1, activeLocation: ¦primary }\nplans:\n  - { name: shop, groups: [[db1], [web1]], activeLocation: recovery }",
    "machines[1].activeLocation: is primary, and the plan 'shop' says recovery for all its machines; leave it out here",
  ],
  [
    "two plans that want a machine at different sides",
    `- ${plan}`,
    "- { name: shop, groups: [[db1]], activeLocation: primary }\n  - { name: all, groups: [[¦db1], [web1]], activeLocation: recovery }",
    "plans[1].groups[0][0]: the plan 'shop' wants 'db1' at the primary side, this one does not",
  ],
];
