"""Shows the emulator's CloudFormation other properties of a resource than its template has."""

from __future__ import annotations

from collections.abc import Callable


def change(resource_type: str, changed: Callable[[dict], dict]) -> None:
    """Resources of the type are created and updated with what `changed` makes of their properties; it may refuse them."""
    from ministack.services.cloudformation import provisioners

    handlers = provisioners._RESOURCE_HANDLERS[resource_type]
    create, update = handlers["create"], handlers["update"]

    def created(logical_id, props, *arguments, **named):
        return create(logical_id, changed(props), *arguments, **named)

    def updated(physical_id, old_props, new_props, *arguments, **named):
        return update(physical_id, old_props, changed(new_props), *arguments, **named)

    handlers.update(create=created, update=updated)
