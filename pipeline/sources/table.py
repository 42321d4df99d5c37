"""The table of connectors: one line per vendor."""

from collections.abc import Mapping
from types import MappingProxyType

from pipeline.sources import (
    asterisk_file,
    asterisk_table,
    callrail,
    chatwoot,
    form,
    freeswitch,
    google_ads_lead_form,
    google_forms_csv,
    gravity_forms,
    hubspot_forms,
    imap,
    intercom,
    jivochat,
    jotform,
    meta_lead_ads,
    netlify,
    telegram,
    three_cx,
    tilda,
    twilio,
    typeform,
    uis,
    vk_lead_forms,
    vk_messages,
    webflow,
    whatsapp,
    wordpress,
    wordpress_csv,
    zadarma,
)
from pipeline.sources.connector import Connector

CONNECTORS: Mapping[str, Connector] = MappingProxyType(
    {
        connector.vendor: connector
        for connector in (
            tilda.CONNECTOR,
            form.CONNECTOR,
            typeform.CONNECTOR,
            netlify.CONNECTOR,
            jotform.CONNECTOR,
            webflow.CONNECTOR,
            wordpress.CONNECTOR,
            wordpress_csv.CONNECTOR,
            google_forms_csv.CONNECTOR,
            gravity_forms.CONNECTOR,
            meta_lead_ads.CONNECTOR,
            google_ads_lead_form.CONNECTOR,
            vk_lead_forms.CONNECTOR,
            hubspot_forms.CONNECTOR,
            imap.CONNECTOR,
            telegram.CONNECTOR,
            whatsapp.CONNECTOR,
            vk_messages.CONNECTOR,
            jivochat.CONNECTOR,
            chatwoot.CONNECTOR,
            intercom.CONNECTOR,
            asterisk_file.CONNECTOR,
            asterisk_table.CONNECTOR,
            freeswitch.CONNECTOR,
            three_cx.CONNECTOR,
            twilio.CONNECTOR,
            callrail.CONNECTOR,
            uis.CONNECTOR,
            zadarma.CONNECTOR,
        )
    }
)
