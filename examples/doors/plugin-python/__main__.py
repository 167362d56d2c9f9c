"""One machine of a Hyper-V site, protected to Azure: resources of the plugin, through the SDK generated from its schema."""

import pulumi
import pulumi_siterecovery as sr

# Dictionaries will do for arguments that have one shape. Where the shape depends on `instance_type`, Pulumi for Python needs the
# class to translate the names.

scope = {"resource_group_name": "dr"}
vault = sr.Vault("dr-vault", **scope)
storage = sr.StorageAccount("drreplicas", **scope, kind="StorageV2", sku={"name": "Standard_LRS"})
network = sr.VirtualNetwork("recovery-net", **scope, address_space={"address_prefixes": ["10.20.0.0/16"]})

in_vault = {**scope, "resource_name_": vault.name}
site = sr.ReplicationFabric("london", **in_vault)
in_site = {**in_vault, "fabric_name": site.name}
identity = {
    "tenant_id": "00000000-0000-0000-0000-000000000000",
    "application_id": "00000000-0000-0000-0000-000000000001",
    "object_id": "00000000-0000-0000-0000-000000000002",
    "audience": "https://siterecovery.local",
    "aad_authority": "https://login.siterecovery.local",
}
host = sr.ReplicationRecoveryServicesProvider(
    "hv1",
    **in_site,
    properties={
        "machine_name": "hv1",
        "authentication_identity_input": identity,
        "resource_access_identity_input": identity,
    },
    inventory_folder="machines/hv1",
)
container = sr.ReplicationProtectionContainer("london-machines", **in_site)
policy = sr.ReplicationPolicy(
    "every-5-minutes",
    **in_vault,
    properties={
        "provider_specific_input": sr.ReplicationPolicyProviderSpecificInputHyperVReplicaAzureArgs(
            instance_type="HyperVReplicaAzure", replication_interval=300
        )
    },
)
in_container = {**in_site, "protection_container_name": container.name}
mapping = sr.ReplicationProtectionContainerMapping(
    "london-to-azure", **in_container, properties={"policy_id": policy.id}
)

web1 = sr.ReplicationProtectedItem(
    "web1",
    **in_container,
    properties={
        "policy_id": policy.id,
        "protectable_item_id": pulumi.Output.concat(container.id, "/replicationProtectableItems/web1"),
        "provider_specific_details": sr.ReplicationProtectedItemProviderSpecificDetailsHyperVReplicaAzureArgs(
            instance_type="HyperVReplicaAzure",
            target_storage_account_id=storage.id,
            target_azure_network_id=network.id,
        ),
    },
    # `pulumi config set activeLocation recovery` and `pulumi up`: a planned failover. Back to primary: a failback.
    active_location=pulumi.Config().get("activeLocation") or "primary",
    opts=pulumi.ResourceOptions(depends_on=[host, mapping]),
)

# A lookup: what is there now, whoever made it.
found = sr.get_protected_item_output(
    resource_group_name="dr",
    resource_name=vault.name,
    fabric_name=site.name,
    protection_container_name=container.name,
    replicated_protected_item_name=web1.name,
)

pulumi.export("vaultId", vault.id)
pulumi.export("protectionState", found.properties.protection_state)
pulumi.export("activeLocation", web1.active_location)
