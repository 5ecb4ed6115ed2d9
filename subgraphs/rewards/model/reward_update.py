"""Changes of a reward: its words and its image. What it is worth stays as it was made."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from subgraphs.rewards.model.reward import Reward
from subgraphs.rewards.model.reward_draft import check_description, check_image, check_name
from subgraphs.runtime.results import Violation

ATTRIBUTES: Final = {"name": "name", "description": "description", "imageUrl": "image_url"}


@dataclass(frozen=True, slots=True)
class RewardUpdate:
    """A change as asked for: `fields` holds what was given, by the input's names; None clears."""

    id: str
    expected_version: int
    fields: Mapping[str, str | None]


def check_reward_update(update: RewardUpdate) -> list[Violation]:
    """Everything that is wrong with it."""
    if not update.fields:
        return [Violation(("input",), "NOTHING", "nothing is to change")]
    violations: list[Violation] = []
    if "name" in update.fields:
        violations += check_name(("input", "name"), update.fields["name"] or "")
    violations += check_description(("input", "description"), update.fields.get("description") or "")
    return violations + check_image(("input", "imageUrl"), update.fields.get("imageUrl"))


def updated_reward(reward: Reward, update: RewardUpdate) -> Reward:
    """The reward as it would be after a change that nothing is wrong with, its version aside."""
    changed = reward
    if "name" in update.fields:
        changed = replace(changed, name=(update.fields["name"] or "").strip())
    if "description" in update.fields:
        changed = replace(changed, description=update.fields["description"] or "")
    if "imageUrl" in update.fields:
        changed = replace(changed, image_url=update.fields["imageUrl"])
    return changed
