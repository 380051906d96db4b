import { Container, Stack } from "@mantine/core";
import { PageHeader } from "@/components/PageHeader";
import { Privacy } from "./Privacy";
import { Tokens } from "./Tokens";

export function AccountPage() {
  return (
    <Container size={760} px="md" py="xl">
      <PageHeader title="Tokens and privacy" />
      <Stack gap="lg">
        <Tokens />
        <Privacy />
      </Stack>
    </Container>
  );
}
