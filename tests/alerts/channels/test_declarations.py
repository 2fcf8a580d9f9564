from __future__ import annotations

from alerts.channels import all_channels


def test_every_channel_has_a_title_and_help_in_both_languages():
    for channel in all_channels().values():
        assert set(channel.title) == set(channel.help) == {"en", "fr"}


def test_a_channel_that_makes_a_secret_has_a_param_for_it():
    making = {kind: channel for kind, channel in all_channels().items() if channel.new_secret}
    assert set(making) == {"webhook"}
    for channel in making.values():
        assert "secret" in channel.params.model_fields
        assert channel.new_secret() != channel.new_secret()


def test_only_mail_needs_a_mail_server():
    assert [kind for kind, channel in all_channels().items() if channel.by_mail] == ["email"]
