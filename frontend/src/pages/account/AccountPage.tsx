import { Container, Stack } from "@mantine/core";
import { PageHeader } from "@/components/PageHeader";
import { DisplayChoices } from "./DisplayChoices";
import { Password } from "./Password";
import { Privacy } from "./Privacy";
import { Tokens } from "./Tokens";
import { Work } from "./Work";

export function AccountPage() {
  return (
    <Container size={760} px="md" py="xl">
      <PageHeader title="Your account" />
      <Stack gap="lg">
        <Work />
        <DisplayChoices />
        <Password />
        <Tokens />
        <Privacy />
      </Stack>
    </Container>
  );
}
