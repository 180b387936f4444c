/** Client secrets, with which dynamic user tokens are signed; those of earlier apps are not known. */
export const appSecrets = (): string[] => [`alter table apps add column secret text`]
