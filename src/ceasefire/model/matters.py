"""What a statement does and what it is about, where it is no event: stances, matters and subjects.

Most of what is said about a ceasefire reports no act of force: an offer, a demand, a figure, a reading of a call. Such
a statement has a matter in place of an act (`halt`, `aid`, `membership`) and a subject in place of an object
(`aid.intelligence`, `persons.children`); with a use of force, act and object are those of `taxonomy`. Both are dotted:
a class covers everything below it.
"""

from __future__ import annotations

STANCES: dict[str, str] = {
    "asserts": "says that it is or was so",
    "denies": "says that it is or was not so",
    "doubts": "calls it uncertain, unlikely or misleading, without saying that it is not so",
    "cannot_confirm": "says that it has not been or cannot be verified",
    "promises": "says that it will do so itself",
    "offers": "is ready to do so if others agree",
    "accepts": "agrees, or is said to have agreed, to do or to bear it",
    "rejects": "will not accept it",
    "demands": "asks that another do or stop it",
    "conditions": "says what must come first or with it",
    "threatens": "says what it will do to another's harm",
    "delivers": "says that what was promised has been done",
    "predicts": "says that it will or may come about",
    "judges": "praises, blames or values it",
    "silent": "is said not to have spoken of it, or declined to",
}
"""What the speaker does with the content."""

MATTERS: dict[str, str] = {
    "halt": "stopping force against something: a truce, a ceasefire, an end of the war",
    "peace": "a settlement or a lasting peace as such",
    "talks": "a call, meeting or negotiation, its time and course",
    "monitoring": "watching and verifying that a halt is kept",
    "guarantees": "security guarantees, peacekeepers, foreign forces",
    "aid": "military aid, arms, intelligence given to a party",
    "mobilisation": "raising, training or regrouping forces",
    "membership": "joining an alliance or a union",
    "neutrality": "status, size of forces, disarmament",
    "territory": "who holds, keeps, gives up or is recognised to own land",
    "encirclement": "forces being surrounded",
    "advance": "forces gaining or losing ground, raids and incursions",
    "casualties": "people killed, wounded, displaced, captured",
    "sanctions": "sanctions and other economic pressure",
    "economy": "trade, minerals, money, reconstruction, prices",
    "causes": "why the war began or goes on, its root causes and blame",
    "relations": "relations between states other than the belligerents' talks",
    "clemency": "sparing lives, humane treatment",
    "proliferation": "strategic and nuclear weapons",
    "opinion": "anything else that is said and bears on the conflict",
    "unrelated": "said, but of something else than the conflict",
}
"""What a statement is about when it reports no act of `taxonomy.ACTS`."""

SUBJECTS: dict[str, str] = {
    "all": "everything: a full halt, the whole war",
    "sea": "the sea and navigation on it",
    "aid.military": "arms and other military aid",
    "aid.intelligence": "intelligence given to a party",
    "nato": "the North Atlantic alliance",
    "eu": "the European Union",
    "persons": "people, none nearer told",
    "persons.civilians": "civilians",
    "persons.military": "soldiers",
    "persons.prisoners": "prisoners of war and detained persons",
    "persons.children": "children",
    "forces": "armed forces of a party",
    "forces.foreign": "foreign forces, peacekeepers",
    "land": "territory in dispute or occupied",
    "state": "a state, its leadership or its people",
    "plan": "a proposal, agreement or its terms",
    "call": "a call or meeting",
}
"""What a matter concerns when it is none of `taxonomy.OBJECTS`."""
