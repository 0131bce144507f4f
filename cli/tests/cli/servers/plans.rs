use super::super::{folder, life};
use super::{registry, unique};

#[test]
#[ignore = "needs WIREFORM_BROKERS and WIREFORM_REGISTRY_URL"]
fn a_folder_from_the_first_plan_to_the_last_deletion() {
    life::whole_life(&registry(), &unique("life"), &folder("servers-life"));
}
